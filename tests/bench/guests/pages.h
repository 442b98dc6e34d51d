/* The page tables of the guest's own memory. */
#pragma once

/* Replaces the 2 MiB pages of start.S by 4 KiB pages (SDM Vol. 3A 4.5.4) for the memory that the machine has. */
void map_small_pages(void);
