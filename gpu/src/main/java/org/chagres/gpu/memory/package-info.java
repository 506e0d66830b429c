/**
 * A device's memory: the pool that blocks come from, workspaces that grow, pinned memory of the host, copies between
 * them.
 *
 * <p>A segment of a device's memory stands for an address and a size; to read or write it would end the process. So it
 * belongs to the device's thread, where nothing of the sort is done: on any other {@link WrongThreadException} is thrown.
 *
 * <p>Read {@link org.chagres.gpu.memory.DevicePool} first, then {@link org.chagres.gpu.memory.Copies}.
 */
package org.chagres.gpu.memory;
