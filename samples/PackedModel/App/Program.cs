using LLama;
using LLama.Common;
using LLama.Native;
using LLama.Sampling;

NativeLibraryConfig.All.WithLogCallback((_, _) => { });            // llama.cpp prints hundreds of lines otherwise
ModelParams parameters = new(Path.Combine(AppContext.BaseDirectory, "models", "tiny-llama.gguf")) { ContextSize = 256 };
using LLamaWeights weights = await LLamaWeights.LoadFromFileAsync(parameters);
StatelessExecutor executor = new(weights, parameters);
InferenceParams inference = new() { MaxTokens = 32, SamplingPipeline = new GreedySamplingPipeline() };
await foreach (string text in executor.InferAsync("Once upon a time", inference))
{
    Console.Write(text);
}

Console.WriteLine();
