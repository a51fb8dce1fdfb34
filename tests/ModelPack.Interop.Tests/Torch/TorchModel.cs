using System.Text.Json;
using ModelPack.Interop.Tests.Native;
using TorchSharp;
using TorchSharp.PyBridge;
using static TorchSharp.torch;

namespace ModelPack.Interop.Tests.Torch;

#pragma warning disable IDE0065 // TorchSharp's tensor, not the one of the namespace around.
using Tensor = TorchSharp.torch.Tensor;
#pragma warning restore IDE0065

/// <summary>A folder, loaded and run by TorchSharp.</summary>
internal static class TorchModel
{
    /// <summary>The logits behind the last token. docs/transformers.md shows the region.</summary>
    public static float[] Logits(string folder, IEnumerable<int> prompt)
    {
        TorchLibrary.EnsureLoaded();
        using DisposeScope scope = NewDisposeScope();
        long[] tokens = [.. prompt.Select(token => (long)token)];
        #region torchsharp
        JsonElement config = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "config.json"))).RootElement;
        using LlamaModule model = new(config);
        model.load_checkpoint(folder, useTqdm: false);
        using IDisposable forInference = torch.no_grad();
        Tensor logits = model.call(torch.tensor(tokens).unsqueeze(0));
        float[] next = logits[0, -1].data<float>().ToArray();
        #endregion
        return next;
    }

    /// <summary>The largest difference to what llama.cpp computed behind the prompt and behind each further token, as a part of the largest
    /// logit.</summary>
    public static double Difference(string folder, LlamaRun run)
    {
        List<int> tokens = [.. run.PromptTokens];
        double largest = 0;
        foreach (float[] expected in run.Results)
        {
            float[] found = Logits(folder, tokens);
            Assert.HasCount(expected.Length, found);
            largest = Math.Max(largest, expected.Zip(found, (a, b) => Math.Abs((double)a - b)).Max() / expected.Max(Math.Abs));
            tokens.Add(Array.IndexOf(expected, expected.Max()));
        }

        return largest;
    }
}
