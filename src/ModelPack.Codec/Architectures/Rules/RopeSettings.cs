using ModelPack.Diagnostics;

namespace ModelPack.Architectures.Rules;

/// <summary>How positions are rotated. transformers 5 moved everything into rope_parameters (hf-companions.md §1.1, §1.4).</summary>
/// <param name="Base">rope_theta.</param>
/// <param name="LocalBase">The same for layers with a sliding window.</param>
/// <param name="PartialFactor">The part of a head that is rotated.</param>
/// <param name="Type">Kind of scaling; null for none.</param>
/// <param name="Scaling">The object with the scaling's numbers.</param>
internal sealed record RopeSettings(float? Base, float? LocalBase, double? PartialFactor, string? Type, ConfigObject? Scaling)
{
    private const string Parameters = "rope_parameters";
    private const string Old = "rope_scaling";

    public static RopeSettings Read(ConfigReader draft)
    {
        ConfigObject config = draft.Config;
        ConfigObject? whole = config.Object(Parameters);
        ConfigObject? parameters = whole is not null && whole.Has("full_attention") ? whole.Object("full_attention") : whole;
        ConfigObject? sliding = whole is not null && whole.Has("sliding_attention") ? whole.Object("sliding_attention") : null;
        ConfigObject? old = config.Object(Old);
        string? type = Agree(config, $"{Parameters}.rope_type", TypeOf(parameters), Old, TypeOf(old));
        if (old is not null && TypeOf(old) is null)
        {
            draft.Obstruct($"{Old} names no type");
        }

        if (TypeOf(sliding) is { } windowed and not "default")
        {
            draft.Obstruct($"{Parameters}.sliding_attention is of type '{SafeText.Shorten(windowed)}'");
        }

        return new(
            Agree(config, $"{Parameters}.rope_theta", parameters?.Float("rope_theta"), "rope_theta", config.Float("rope_theta")),
            Agree(config, $"{Parameters}.sliding_attention.rope_theta", sliding?.Float("rope_theta"), "rope_local_base_freq",
                config.Float("rope_local_base_freq")),
            Agree(config, $"{Parameters}.partial_rotary_factor", parameters?.Double("partial_rotary_factor"), "partial_rotary_factor",
                config.Double("partial_rotary_factor")),
            type is "default" ? null : type,
            TypeOf(parameters) is not null ? parameters : old);
    }

    private static string? TypeOf(ConfigObject? scaling)
    {
        if (scaling is null)
        {
            return null;
        }

        string? type = Agree(scaling, "rope_type", Modern(scaling.Text("rope_type")), "type", Modern(scaling.Text("type")));
        return type;
    }

    // The first published Phi-3 models call it "su".
    private static string? Modern(string? type) => type is "su" ? "longrope" : type;

    private static string? Agree(ConfigObject config, string firstName, string? first, string secondName, string? second) =>
        first is null || second is null || first == second
        ? first ?? second
        : throw Disagree(config, firstName, $"'{SafeText.Shorten(first)}'", secondName, $"'{SafeText.Shorten(second)}'");

    private static T? Agree<T>(ConfigObject config, string firstName, T? first, string secondName, T? second)
        where T : struct, IEquatable<T> =>
        first is null || second is null || first.Value.Equals(second.Value)
        ? first ?? second
        : throw Disagree(config, firstName, $"{first}", secondName, $"{second}");

    private static Exception Disagree(ConfigObject config, string firstName, string first, string secondName, string second) =>
        config.Contradiction($"{config.Path(firstName)} is {first}, but {secondName} is {second}");
}
