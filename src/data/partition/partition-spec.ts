/** The settings common to all ways of dealing. */
interface Deal {
  /** Number of nodes, at least 1. */
  readonly nodes: number;
  /** Least number of rows of a node. */
  readonly minimum: number;
}

/** Deals each class's rows by shares drawn from the symmetric Dirichlet distribution. */
export interface DirichletDeal extends Deal {
  readonly type: "dirichlet";
  /** Concentration, above 0: the smaller it is, the more the nodes' classes differ. */
  readonly alpha: number;
  /** True if a node that has its equal share of all rows gets no more of a class. */
  readonly selfBalancing: boolean;
}

/** Cuts rows sorted by class into shards, of which each node gets the same number. */
export interface ShardDeal extends Deal {
  readonly type: "shard";
  readonly shardsPerNode: number;
}

/** Gives each node rows of a fixed number of classes. */
export interface PathologicalDeal extends Deal {
  readonly type: "pathological";
  readonly classesPerNode: number;
}

/** Deals rows whatever their class: node i of 1 .. n gets as many as all others, or by i, i^2 or e^i. */
export interface SizeDeal extends Deal {
  readonly type: "iid" | "linear" | "square" | "exponential";
}

/** A way of dealing rows to nodes; names are those of Flower's partitioners. */
export type PartitionSpec = DirichletDeal | PathologicalDeal | ShardDeal | SizeDeal;
