/** Works through the items, so many at a time. */
export async function inLanes<Item>(items: readonly Item[], work: (item: Item) => Promise<unknown>, lanes: number): Promise<void> {
  const left = items.values();
  const inTurn = async (): Promise<void> => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: lanes }, inTurn));
}
