/** What every way of dealing has. */
interface Deal {
  /** How many nodes there are, at least 1. */
  readonly nodes: number;
  /** Least number of rows of a node. */
  readonly minimum: number;
}

/** Each class's rows are dealt by shares drawn from the symmetric Dirichlet distribution. */
export interface DirichletDeal extends Deal {
  readonly type: "dirichlet";
  /** Concentration, above 0: the smaller, the more the nodes' classes differ. */
  readonly alpha: number;
  /** Whether a node that has its equal share of all rows gets no more of a class. */
  readonly selfBalancing: boolean;
}

/** Rows sorted by class are cut into shards, of which each node gets as many. */
export interface ShardDeal extends Deal {
  readonly type: "shard";
  readonly shardsPerNode: number;
}

/** Each node has rows of so many classes only. */
export interface PathologicalDeal extends Deal {
  readonly type: "pathological";
  readonly classesPerNode: number;
}

/** Rows are dealt whatever their class: node i of 1 .. n gets as many as all others, or by i, i^2 or e^i. */
export interface SizeDeal extends Deal {
  readonly type: "iid" | "linear" | "square" | "exponential";
}

/** How rows are dealt to nodes; names are those of Flower's partitioners. */
export type PartitionSpec = DirichletDeal | PathologicalDeal | ShardDeal | SizeDeal;
