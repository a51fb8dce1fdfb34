using System.Globalization;
using ModelPack.Architectures.Rules;
using ModelPack.Diagnostics;

namespace ModelPack.Architectures.Families;

/// <summary>What Llama 4 computes in a way that runtimes know without keys (formats/architectures/llama4): chunks, layers without rotation,
/// temperature, norms of q and k.</summary>
internal static class Llama4Attention
{
    private const string Chunk = "attention_chunk_size";
    private const string Types = "layer_types";
    private const string Norm = "use_qk_norm";
    private const string WindowKey = "attention.sliding_window";
    private const string StepField = "interleave_moe_layer_step";
    private const long RuntimeChunk = 8192;
    private const long ExpertsWithoutNorm = 128;

    public static readonly ConfigPart Rule = new RulePart(Read, Write);

    private static void Read(ConfigReader draft)
    {
        if (draft.Config.Texts(Types) is { Length: > 0 } types && Array.TrueForAll(types, type => type == "full_attention"))
        {
            // Then the runtime has no chunks, and all layers rotate.
            draft.Count(WindowKey, 0);
        }
        else
        {
            FourthLayers.Read(draft);
            if ((draft.Config.Count(Chunk) ?? RuntimeChunk) is var chunk and not RuntimeChunk)
            {
                Differ(draft, $"{Chunk} is {chunk}, and the runtime takes {RuntimeChunk}");
            }
        }

        draft.Allow("attn_temperature_tuning", flag: true, absent: true);
        foreach ((string field, float published) in (ReadOnlySpan<(string, float)>)[("attn_scale", 0.1f), ("floor_scale", 8192)])
        {
            if (draft.Config.Float(field) is { } stated && stated != published)
            {
                draft.Obstruct(string.Create(CultureInfo.InvariantCulture, $"{field} is {stated} instead of {published}"));
            }
        }

        bool runtimeNorm = draft.Numbers.GetValueOrDefault("num_local_experts") != ExpertsWithoutNorm;
        if ((draft.Config.Bool(Norm) ?? true) != runtimeNorm)
        {
            Differ(draft, $"{Norm} is {(runtimeNorm ? "false" : "true")}, and the runtime tells it from the number of experts");
        }

        RequireStep(draft);
    }

    private static void Write(ConfigWriter config)
    {
        bool whole = config.OptionalCount(WindowKey) == 0;
        if (AttentionLayers.Count(config) is { } layers)
        {
            config.Fields.Set(
                Types, [.. Enumerable.Range(1, layers).Select(
                    layer => whole || layer % 4 == 0 ? "full_attention" : "chunked_attention")]);
        }

        if (!whole)
        {
            config.Fields.Set(Chunk, RuntimeChunk);
            FourthLayers.Write(config);
        }

        config.Fields.Set(Norm, config.Numbers.GetValueOrDefault("num_local_experts") != ExpertsWithoutNorm);
    }

    // The runtime has experts in each so many-th layer.
    private static void RequireStep(ConfigReader draft)
    {
        long step = draft.Numbers.GetValueOrDefault(StepField);
        long layers = draft.Numbers.GetValueOrDefault("num_hidden_layers");
        if (draft.Obstacles.Count == 0 && draft.Config.Counts("moe_layers") is { Length: > 0 } stated
            && !stated.SequenceEqual(Enumerable.Range(0, (int)Math.Min(layers, int.MaxValue)).Select(layer => (long)layer)
                .Where(layer => (layer + 1) % step == 0)))
        {
            draft.Obstruct($"moe_layers are not each layer that {StepField} {step} divides");
        }
    }

    private static void Differ(ConfigReader draft, string text) => draft.Note(text, NoteRank.ChangesResults);
}
