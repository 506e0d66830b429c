/**
 * The oracle: every kernel family once more in plain loops and double, without cleverness. Product code, used by tests and
 * by whoever doubts a kernel; nothing here is fast and nothing here may be. One file a family, none to be read first.
 */
package org.chagres.simd.reference;
