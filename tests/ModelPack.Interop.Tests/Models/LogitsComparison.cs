using ModelPack.Interop.Tests.Native;

namespace ModelPack.Interop.Tests.Models;

/// <summary>What llama.cpp computes for a file beside what the formulas give.</summary>
internal static class LogitsComparison
{
    public const string Prompt = "def mind(tensors):\n    return 1234 + the sum of values // žluťoučký 😀 isn't";

    private const string Backend = "x64";
    private const int Continuation = 2;

    private static readonly LlamaLibrary Llama = LlamaLibrary.Load(Reference.LlamaFolder);

    /// <summary>Runs a decoder with cached keys and values in single precision.</summary>
    public static LlamaRun Run(string path) => Llama.Run(path, Backend, Prompt, Continuation, LlamaLibrary.SinglePrecision);

    /// <summary>The logits behind each token, with cached keys and values in single precision.</summary>
    public static IReadOnlyList<float[]> Logits(string path, IReadOnlyList<int> tokens) => Llama.Logits(path, Backend, tokens);

    public static LlamaRun Run(TinyModel model, string path) => model.IsEncoder ? Llama.Embed(path, Backend, Prompt) : Run(path);

    /// <summary>The largest difference behind the prompt and behind each further token, as a part of the largest number.</summary>
    public static double Difference(TinyModel model, LlamaRun run)
    {
        CollectionAssert.AreEqual(model.Tokenizer.Encode(Prompt), run.PromptTokens.ToArray(), $"{model.Label}: tokens of the prompt");
        List<int> tokens = [.. run.PromptTokens];
        double largest = 0;
        foreach (float[] found in run.Results)
        {
            double[] expected = model.Result(tokens);
            Assert.HasCount(expected.Length, found, model.Label);
            largest = Math.Max(largest, expected.Zip(found, (a, b) => Math.Abs(a - b)).Max() / expected.Max(Math.Abs));
            tokens.Add(Array.IndexOf(found, found.Max()));
        }

        return largest;
    }
}
