using System.Buffers.Binary;
using System.Globalization;
using ModelPack.Architectures.Rules;
using ModelPack.Diagnostics;
using ModelPack.IO.Json;
using ModelPack.Tensors;

namespace ModelPack.Architectures.Families;

/// <summary>How heads of Gemma 4 rotate (formats/architectures, gemma4): whole ones by one base in layers with a window; the first part
/// by another in the others, which a table of divisors says: 1 where it rotates, and so much that nothing moves behind it.</summary>
internal static class Gemma4Rotation
{
    private const string Parameters = "rope_parameters";
    private const string Table = "rope_freqs.weight";
    private const string Part = "partial_rotary_factor";
    private const string Theta = "rope_theta";
    private const string Type = "rope_type";
    private const string Proportional = "proportional";
    private const string BaseKey = "rope.freq_base";
    private const string WindowBaseKey = "rope.freq_base_swa";
    private const float FullBase = 1_000_000;
    private const float WindowBase = 10_000;
    private const float Still = 1e30f;
    private const double PartAbsent = 0.25;

    /// <summary>A real head is a few hundred wide; a hostile width must not decide how much is built.</summary>
    private const long WidestHead = 65_536;

    public static void Read(ConfigReader draft, long head)
    {
        RopeSettings rope = RopeSettings.Read(draft);
        ConfigObject? stated = draft.Config.Object(Parameters);
        ConfigObject? window = stated?.Object("sliding_attention");
        if (stated is not null && !stated.Has("full_attention"))
        {
            draft.Obstruct($"{Parameters}.full_attention is missing");
        }

        if (window is not null && ((window.Text(Type) ?? "default") != "default" || (window.Double(Part) ?? 1) != 1))
        {
            draft.Obstruct($"{Parameters}.sliding_attention rotates in another way than whole heads without scaling");
        }

        double part = rope.PartialFactor ?? (stated is null ? PartAbsent : 1);
        bool isKnown = rope.Type is Proportional || (rope.Type is null && (stated is null || part == 1));
        if (!isKnown || (rope.Scaling?.Float("factor") ?? 1) != 1)
        {
            draft.Obstruct(
                $"{Parameters}.full_attention is of type '{SafeText.Shorten(rope.Type ?? "default")}' with another part or factor");
        }

        if (head > WidestHead || head % 2 != 0)
        {
            draft.Obstruct($"a head is {head} wide");
        }

        if (part is not (> 0 and <= 1))
        {
            throw draft.Config.WrongValue($"{Parameters}.{Part}", string.Create(CultureInfo.InvariantCulture, $"is {part}"));
        }

        draft.Float(BaseKey, rope.Base ?? FullBase);
        draft.Float(WindowBaseKey, rope.LocalBase ?? WindowBase);
        if (draft.Obstacles.Count == 0)
        {
            float[] table = new float[head / 2];
            table.AsSpan().Fill(Still);
            table.AsSpan(0, (int)(head * part / 2)).Fill(1);
            draft.AddTensor(Table, table);
        }
    }

    public static void Write(ConfigWriter config, long head)
    {
        JsonFields full = new();
        JsonFields window = new();
        foreach ((string key, JsonFields fields) in ((string, JsonFields)[])[(BaseKey, full), (WindowBaseKey, window)])
        {
            if (config.OptionalFloat(key) is { } theta)
            {
                fields.Set(Theta, theta);
            }
            else
            {
                config.Refuse($"{config.Key(key)} is missing");
            }
        }

        if (config.RequireTensor(Table, 1) is not { } table)
        {
            return;
        }

        if (table.Type != TensorType.F32 || table.Shape[0] != head / 2 || head > WidestHead)
        {
            config.Refuse($"the tensor {Table} is {TensorTypes.Get(table.Type).Name} of {table.Shape[0]}, and a head is {head} wide");
            return;
        }

        byte[] bytes = config.Derivation.ReadPayload(table);
        float[] divisors =
            [.. Enumerable.Range(0, (int)table.Shape[0]).Select(item => BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(item * 4)))];
        int moved = divisors.TakeWhile(divisor => divisor == 1).Count();
        if (moved == 0 || divisors.Skip(moved).Any(divisor => divisor != Still))
        {
            config.Refuse($"the tensor {Table} is not 1 for a part of a head and 1e30 behind it");
            return;
        }

        full.Set(Type, Proportional);
        full.Set(Part, new FiniteNumber((double)moved * 2 / head));
        window.Set(Type, "default");
        JsonFields both = new();
        both.Set("full_attention", full);
        both.Set("sliding_attention", window);
        config.Fields.Set(Parameters, both);
    }
}
