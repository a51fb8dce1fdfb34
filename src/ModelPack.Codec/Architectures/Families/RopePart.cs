using System.Collections.Immutable;
using ModelPack.Architectures.Rules;
using ModelPack.Diagnostics;
using ModelPack.IO.Json;

namespace ModelPack.Architectures.Families;

/// <summary>Which part of a head rotates, and whether a key says so.</summary>
internal enum RotaryPart
{
    /// <summary>All of it, and no key says so.</summary>
    Whole,

    /// <summary>All of it, and a key says so.</summary>
    WholeWithKey,

    /// <summary>The part that a field and a key state.</summary>
    Partial,

    /// <summary>So many values of it as a field and a key state.</summary>
    Counted,
}

/// <summary>Which scalings an architecture knows, and what its key says where there is none.</summary>
internal enum RopeScalings
{
    /// <summary>All; without one, there is no key.</summary>
    Any,

    /// <summary>All; without one, the key says so.</summary>
    Stated,

    /// <summary>None, and the key says so.</summary>
    None,

    /// <summary>None, which the key says as a linear one by a factor of 1.</summary>
    Unit,
}

/// <summary>How positions are rotated: base, scaling, and the rotated part of a head (hf-companions.md §1.1, §1.4).</summary>
/// <param name="rotary">Which part rotates.</param>
/// <param name="partFields">What the class calls the part, its own name first.</param>
/// <param name="partAbsent">The part without the field; null if it has to be there.</param>
internal sealed class RopePart(RotaryPart rotary, ImmutableArray<string> partFields, double? partAbsent) : ConfigPart
{
    private const string Key = "rope.dimension_count";
    private const string TypeKey = "rope.scaling.type";
    private const string FactorKey = "rope.scaling.factor";
    private const string Head = "head_dim";

    /// <summary>The scalings.</summary>
    public RopeScalings Scalings { get; init; }

    /// <summary>A field outside the scaling's object that holds the factor of a linear one; null if there is none.</summary>
    public string? FactorField { get; init; }

    /// <summary>The base that the class takes without a field, where it is not 10000.</summary>
    public float? BaseAbsent { get; init; }

    /// <summary>Whether yarn rounds the bounds between frequencies, as the class does without a field.</summary>
    public bool Truncates { get; init; } = true;

    /// <summary>The base that the class takes for layers with a window; null if these rotate as the others do.</summary>
    public float? LocalAbsent { get; init; }

    public override void Read(ConfigReader draft)
    {
        RopeSettings rope = RopeSettings.Read(draft);
        long head = draft.Numbers.GetValueOrDefault(Head);
        long width = head;
        if (rotary == RotaryPart.Counted)
        {
            width = Counted(draft, rope, head);
        }
        else if (rotary == RotaryPart.Partial)
        {
            double? factor = rope.PartialFactor;
            foreach (string field in partFields)
            {
                factor ??= draft.Config.Double(field);
            }

            if ((factor ?? partAbsent) is not { } part)
            {
                draft.Obstruct($"{partFields[0]} is missing");
                return;
            }

            width = RopeKeys.RotaryWidth(draft, part, head, partFields[0]);
        }
        else
        {
            RopeKeys.RequireWholeHead(draft, rope);
        }

        if (Scalings is RopeScalings.None or RopeScalings.Unit && rope.Type is not null && !IsUnit(rope))
        {
            draft.Obstruct($"rope_scaling is of type '{SafeText.Shorten(rope.Type)}'");
            return;
        }

        rope = Scalings is RopeScalings.None or RopeScalings.Unit ? rope with { Type = null, Scaling = null } : rope;
        RopeKeys.Write(
            draft, rope with { Base = rope.Base ?? BaseAbsent, LocalBase = rope.LocalBase ?? LocalAbsent }, width, truncates: Truncates);
        StateScaling(draft, rope);
        draft.Count(Key, rotary == RotaryPart.Whole || width == 0 ? null : width);
    }

    public override void Write(ConfigWriter config)
    {
        config.RopeBase();
        if (LocalAbsent is { } local)
        {
            config.Fields.Set("rope_local_base_freq", config.OptionalFloat("rope.freq_base_swa") ?? new FiniteNumber(local));
        }

        if (!config.Numbers.TryGetValue(Head, out long head))
        {
            return;
        }

        long width = config.OptionalCount(Key) ?? head;
        if (width == 0 || width > head || (rotary is RotaryPart.Whole or RotaryPart.WholeWithKey && width != head))
        {
            config.Refuse($"{config.Key(Key)} is {width}, but a head has {head}");
            return;
        }

        if (rotary == RotaryPart.Partial)
        {
            config.Fields.Set(partFields[0], new FiniteNumber((double)width / head));
        }
        else if (rotary == RotaryPart.Counted)
        {
            config.Fields.Set(partFields[0], width);
        }

        string? type = config.OptionalText(TypeKey);
        if (Scalings == RopeScalings.Unit && type == "linear" && config.OptionalFloat(FactorKey) is { Value: 1 })
        {
            config.Fields.SetNull("rope_scaling");
        }
        else if (Scalings is RopeScalings.None or RopeScalings.Unit && type is not (null or "none"))
        {
            config.Refuse($"{config.Key(TypeKey)} is '{SafeText.Shorten(type)}', and the class scales nothing");
        }
        else
        {
            config.RopeScalingField(width);
            if (!Truncates && type == "yarn")
            {
                config.Scaling.Set("truncate", false);
            }
        }
    }

    private static bool IsUnit(RopeSettings rope) => rope.Type == "linear" && rope.Scaling?.Float("factor") == 1;

    /// <summary>Versions of transformers from 5 on state the part of a head, earlier ones the number.</summary>
    private long Counted(ConfigReader draft, RopeSettings rope, long head)
    {
        long? counted = draft.Config.Count(partFields[0]);
        long? part = rope.PartialFactor is { } factor ? RopeKeys.RotaryWidth(draft, factor, head) : null;
        if (counted is { } count && part is { } other && count != other)
        {
            throw draft.Config.Contradiction(
                $"{draft.Config.Path(partFields[0])} is {count}, but partial_rotary_factor gives {other} of {head}");
        }

        long width = counted ?? part ?? head;
        return width > 0 && width <= head && width % 2 == 0 || draft.Obstacles.Count > 0
            ? width
            : throw draft.Config.WrongValue(partFields[0], $"is {width}, but a head has {head}");
    }

    private void StateScaling(ConfigReader draft, RopeSettings rope)
    {
        if (Scalings == RopeScalings.Unit)
        {
            draft.Text(TypeKey, "linear");
            draft.Float(FactorKey, 1);
        }
        else if (FactorField is not null && rope.Type is null && draft.Config.Float(FactorField) is { } factor)
        {
            draft.Text(TypeKey, "linear");
            draft.Float(FactorKey, factor > 0 ? factor : throw draft.Config.WrongValue(FactorField, "is not above 0"));
        }
        else if (Scalings == RopeScalings.None || (Scalings == RopeScalings.Stated && rope.Type is null))
        {
            draft.Text(TypeKey, "none");
        }
    }
}
