export {type Layout, layoutSize, shapeSize, type TensorLayout} from "./layout.ts";
