import { mount } from "svelte";
import Logs from "./logs.svelte";

mount(Logs, { target: document.getElementById("app")! });
