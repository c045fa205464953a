#!/usr/bin/env node
import { lupaProgram } from './lupa-program.ts';

process.exitCode = await lupaProgram(process.argv.slice(2));
