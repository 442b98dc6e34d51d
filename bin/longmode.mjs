#!/usr/bin/env node
import '../packages/cli/bin/longmode.js';
