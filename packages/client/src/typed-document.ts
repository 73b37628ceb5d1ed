/** Carries the types of a document's result and variables; what graphql-codegen's client preset writes has this shape. */
export interface DocumentTypeDecoration<Result, Variables> {
  /** Only for the types; absent at run time. */
  __apiType?: (variables: Variables) => Result;
}
