using System.Collections.Immutable;
using ModelPack.Architectures.Rules;
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
}

/// <summary>How positions are rotated: base, scaling, and the rotated part of a head (hf-companions.md §1.1, §1.4).</summary>
/// <param name="rotary">Which part rotates.</param>
/// <param name="partFields">What the class calls the part, its own name first.</param>
/// <param name="partAbsent">The part without the field; null if it has to be there.</param>
internal sealed class RopePart(RotaryPart rotary, ImmutableArray<string> partFields, double? partAbsent) : ConfigPart
{
    private const string Key = "rope.dimension_count";
    private const string Head = "head_dim";

    /// <summary>The base that the class takes without a field, where it is not 10000.</summary>
    public float? BaseAbsent { get; init; }

    public override void Read(ConfigReader draft)
    {
        RopeSettings rope = RopeSettings.Read(draft);
        long head = draft.Numbers.GetValueOrDefault(Head);
        long width = head;
        if (rotary == RotaryPart.Partial)
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

        RopeKeys.Write(draft, rope with { Base = rope.Base ?? BaseAbsent }, width);
        draft.Count(Key, rotary == RotaryPart.Whole || width == 0 ? null : width);
    }

    public override void Write(ConfigWriter config)
    {
        config.RopeBase();
        if (!config.Numbers.TryGetValue(Head, out long head))
        {
            return;
        }

        long width = config.OptionalCount(Key) ?? head;
        if (width == 0 || width > head || (rotary != RotaryPart.Partial && width != head))
        {
            config.Refuse($"{config.Key(Key)} is {width}, but a head has {head}");
            return;
        }

        if (rotary == RotaryPart.Partial)
        {
            config.Fields.Set(partFields[0], new FiniteNumber((double)width / head));
        }

        config.RopeScalingField(width);
    }
}
