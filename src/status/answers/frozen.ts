/** Arrays and objects that are not changed, such as what an answer is made of before its schema takes it. */
export type Frozen<Value> = Value extends readonly (infer Item)[]
  ? readonly Frozen<Item>[]
  : Value extends object
    ? {readonly [Key in keyof Value]: Frozen<Value[Key]>}
    : Value;
