// report.js - an example of a job: logs what the step has counted.
'use strict';
console.log(`the application has ${process.env.COUNT} lines`);
