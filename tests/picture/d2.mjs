// Compiles and draws D2 files with D2's own compiler; fails with the first that it refuses.
import fs from "node:fs";
import { D2 } from "@terrastruct/d2";

const d2 = new D2();
let code = 0;
for (const file of process.argv.slice(2)) {
  try {
    const { diagram, renderOptions } = await d2.compile(fs.readFileSync(file, "utf8"));
    await d2.render(diagram, renderOptions);
  } catch (error) {
    console.log(`${file}: ${error.message}`);
    code = 1;
  }
}
process.exit(code);
