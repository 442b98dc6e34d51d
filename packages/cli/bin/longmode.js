#!/usr/bin/env node
import '../dist/longmode.js';
