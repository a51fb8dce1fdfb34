using System.Diagnostics;
using System.Globalization;
using ModelPack.Formats;
using ModelPack.IO.Json;
using ModelPack.Models;

namespace ModelPack.Qa.Apr.Words;

/// <summary><c>rosetta chain SOURCE FORMATS…</c>: the first format stands for the source.</summary>
internal static class ChainWord
{
    private static readonly string[] Names = ["Gguf", "Apr", "SafeTensors"];

    public static int Run(AprCall call)
    {
        string current = call.Model(0);
        ModelFormat[] chain = [.. call.Positional.Skip(1).Select(ConvertWords.Word)];
        using (ModelFile source = ModelFiles.Open(current))
        {
            chain[0] = source.Format;
        }

        string folder = call.Value("--work-dir") ?? "rosetta-work";
        Directory.CreateDirectory(folder);
        List<(Certificate Certificate, long Milliseconds)> steps = [];
        for (int i = 1; i < chain.Length; i++)
        {
            string next = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"step_{i - 1}.{chain[i].Extension()}"));
            long start = Stopwatch.GetTimestamp();
            Certificate made = ConvertWords.Convert(call, current, next, chain[i], new() { Existing = ExistingTarget.Replace });
            steps.Add((made, (long)Stopwatch.GetElapsedTime(start).TotalMilliseconds));
            current = next;
        }

        call.Answer(
            json =>
            {
                json.WriteStrings("chain", chain.Select(format => Names[(int)format]));
                json.WriteStartArray("steps");
                for (int i = 0; i < steps.Count; i++)
                {
                    (Certificate made, long milliseconds) = steps[i];
                    json.WriteStartObject();
                    json.WriteNumber("step", i + 1);
                    json.WriteString("path", $"{InspectWords.Name(chain[i])} → {InspectWords.Name(chain[i + 1])}");
                    json.WriteNumber("duration_ms", milliseconds);
                    json.WriteNumber("source_tensors", made.Tensors.Select(tensor => tensor.SourceName).Distinct().Count());
                    json.WriteNumber("target_tensors", made.Tensors.Length);
                    json.WriteStrings("warnings", made.MeaningReasons);
                    json.WriteBoolean("lossless", made.Level >= ProofLevel.L3);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteNumber("total_steps", steps.Count);
                json.WriteBoolean("success", true);
            },
            () => steps.Select(
                (step, i) => $"Step {i + 1}: {Names[(int)chain[i]]} → {Names[(int)chain[i + 1]]} ({step.Certificate.Level})"));
        return AprExit.Done;
    }
}
