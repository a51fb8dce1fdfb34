using System.Collections.Immutable;
using ModelPack.Architectures.Rules;
using ModelPack.Diagnostics;
using ModelPack.Formats.Gguf;
using ModelPack.IO.Json;

namespace ModelPack.Architectures.Families;

/// <summary>How many pairs of a head rotate by time, height and width (formats/architectures, qwen3vl): in a folder a part of the
/// rotation's settings.</summary>
/// <param name="absent">What the class takes without the field.</param>
internal sealed class SectionsPart(ImmutableArray<long> absent) : ConfigPart
{
    private const string Key = "rope.dimension_sections";
    private const string Field = "mrope_section";
    private const string Interleaved = "mrope_interleaved";
    private const int Axes = 4;

    public override void Read(ConfigReader draft)
    {
        ConfigObject? rope = draft.Config.Object("rope_parameters") ?? draft.Config.Object("rope_scaling");
        long[] sections = rope?.Counts(Field) ?? [.. absent];
        if (sections.Length is 0 or > Axes)
        {
            throw rope!.WrongValue(Field, $"has {Plural.Of(sections.Length, "item")}");
        }

        if (rope?.Bool(Interleaved) == false)
        {
            draft.Obstruct($"{Interleaved} is false");
        }

        int[] padded = new int[Axes];
        for (int axis = 0; axis < sections.Length; axis++)
        {
            padded[axis] = sections[axis] <= int.MaxValue
                ? (int)sections[axis]
                : throw rope!.WrongValue(Field, $"holds {sections[axis]}");
        }

        draft.Add(Key, GgufValue.FromArray<int>(padded));
    }

    public override void Write(ConfigWriter config)
    {
        if (config.OptionalCounts(Key) is not { } sections)
        {
            config.Refuse($"{config.Key(Key)} is missing");
            return;
        }

        JsonFields fields = config.Scaling;
        fields.Set(Field, sections.Length == Axes && sections[^1] == 0 ? sections[..^1] : sections);
        fields.Set(Interleaved, true);
        config.Fields.Set("rope_scaling", fields);
    }
}
