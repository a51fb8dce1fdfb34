using LLama;
using LLama.Common;
using LLama.Native;

// The build has joined the model from the parts of the package, verified it, and put it here.
string path = Path.Combine(AppContext.BaseDirectory, "models", "hello.gguf");

NativeLibraryConfig.All.WithLogCallback((_, _) => { });
ModelParams parameters = new(path) { ContextSize = 64 };
using LLamaWeights weights = await LLamaWeights.LoadFromFileAsync(parameters);
Console.WriteLine($"{Path.GetFileName(path)}: {weights.ParameterCount} parameters, loaded by LLamaSharp");

// Its weights are random numbers, and so is what it says.
StatelessExecutor executor = new(weights, parameters);
int pieces = 0;
await foreach (string piece in executor.InferAsync("Hello", new InferenceParams { MaxTokens = 8 }))
{
    pieces++;
}

Console.WriteLine($"it answered with {pieces} pieces of text");
