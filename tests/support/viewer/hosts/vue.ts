import { createApp } from "vue";
import Logs from "./logs.vue";

createApp(Logs).mount("#app");
