/**
 * A device's memory: the pool that blocks come from, workspaces that grow, pinned memory of the host, copies between
 * them.
 *
 * <p>A segment of a device's memory stands for an address and a size. It is never read or written from here: to do so
 * ends the process, so such segments do not leave the backend.
 *
 * <p>Read {@link org.chagres.gpu.memory.DevicePool} first, then {@link org.chagres.gpu.memory.Copies}.
 */
package org.chagres.gpu.memory;
