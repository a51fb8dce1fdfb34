using System.Globalization;
using ModelPack.Architectures.Rules;

namespace ModelPack.Architectures.Families;

/// <summary>HunYuan scales the base of its rotation by alpha, and its tokenizer's files do not name the tokens that end a text
/// (formats/architectures/hunyuan-dense).</summary>
internal static class HunYuanRotation
{
    private const string Context = "max_position_embeddings";
    private const string ContextKey = "context_length";
    private const string BaseKey = "rope.freq_base";
    private const string TypeKey = "rope.scaling.type";
    private const string FactorKey = "rope.scaling.factor";
    private const string OriginalKey = "rope.scaling.original_context_length";
    private const float DefaultBase = 10000;
    private const long Published = 262_144;

    public static readonly ConfigPart Rule = new RulePart(Read, Write);

    private static void Read(ConfigReader draft)
    {
        long context = draft.Require(Context);
        RopeSettings rope = RopeSettings.Read(draft);
        RopeKeys.RequireWholeHead(draft, rope);
        if (rope.Type == "dynamic" && rope.Scaling!.Float("alpha") is { } alpha)
        {
            Scaled(draft, rope, alpha);
            context = Published;
        }
        else if (rope.Type is not null)
        {
            draft.Obstruct($"rope_scaling is of type '{rope.Type}'{(rope.Type == "dynamic" ? " without alpha" : "")}");
        }
        else
        {
            draft.Float(BaseKey, rope.Base ?? DefaultBase);
        }

        draft.Count(ContextKey, context);
        NameEnds(draft);
    }

    // In double precision, as the converter computes it. It knows the one base and the two contexts that were published.
    private static void Scaled(ConfigReader draft, RopeSettings rope, float alpha)
    {
        long head = draft.Numbers.GetValueOrDefault("head_dim");
        long context = draft.Config.Count(Context) ?? 0;
        if ((rope.Base ?? DefaultBase) is var theta && (theta != DefaultBase || context is not (Published or 32_768)))
        {
            draft.Obstruct(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"rope_scaling is dynamic with alpha, and rope_theta {theta} and {Context} {context} are not those of a known model"));
        }
        else if (alpha <= 0 || head <= 2)
        {
            throw rope.Scaling!.WrongValue(
                "alpha", string.Create(CultureInfo.InvariantCulture, $"is {alpha}, and a head is {head} wide"));
        }
        else
        {
            draft.Float(BaseKey, (float)(theta * Math.Pow(alpha, head / (head - 2.0))));
            draft.Text(TypeKey, "none");
            draft.Float(FactorKey, 1);
            draft.Count(OriginalKey, Published);
        }
    }

    private static void NameEnds(ConfigReader draft)
    {
        if (draft.Config.Count("eod_token_id") is { } end)
        {
            draft.NamedTokens.Add(new("eos_token_id", null, (uint)end));
        }

        if (draft.Generation?.TokenIds("eos_token_id").Ids is [var turn, _, ..])
        {
            draft.NamedTokens.Add(new("eot_token_id", null, (uint)turn));
        }
    }

    // The base does not tell alpha from theta, and a base alone gives the same numbers.
    private static void Write(ConfigWriter config)
    {
        if (config.RequireCount(ContextKey, Context) is null)
        {
            return;
        }

        config.RopeBase();
        string? type = config.OptionalText(TypeKey);
        float? factor = (float?)config.OptionalFloat(FactorKey)?.Value;
        if (type is not (null or "none") || factor is not (null or 1))
        {
            config.Refuse($"{config.Key(TypeKey)} and {config.Key(FactorKey)} state a scaling, and the class states none that they mean");
        }

        config.Fields.SetNull("rope_scaling");
        _ = config.OptionalCount(OriginalKey);
    }
}
