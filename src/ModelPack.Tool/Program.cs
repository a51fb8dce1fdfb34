using ModelPack.Tool;
using ModelPack.Tool.Output;

return ToolProgram.Run(args, ToolConsole.Process());
