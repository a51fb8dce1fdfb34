using System.Globalization;
using ModelPack.Architectures.Rules;

namespace ModelPack.Architectures.Families;

/// <summary>What a class calls the sizes of its state-space mixers.</summary>
/// <param name="Kernel">Width of the convolution.</param>
/// <param name="State">Size of a state.</param>
/// <param name="Groups">Groups that share B and C.</param>
/// <param name="Heads">Number of heads.</param>
/// <param name="Head">Width of a head.</param>
/// <param name="Inner">Width of all heads; null if the class has no field for it.</param>
/// <param name="Expand">The same in terms of the hidden size; null if the class has no field for it.</param>
internal sealed record Mamba2Names(
    string Kernel, string State, string Groups, string Heads, string Head, string? Inner, string? Expand);

/// <summary>The sizes of state-space mixers of the second kind (formats/architectures, mamba2).</summary>
/// <param name="names">What the class calls them.</param>
/// <param name="absent">What it takes without a field.</param>
internal sealed class Mamba2Part(Mamba2Names names, IReadOnlyDictionary<string, long> absent) : ConfigPart
{
    private const string KernelKey = "ssm.conv_kernel";
    private const string StateKey = "ssm.state_size";
    private const string GroupsKey = "ssm.group_count";
    private const string InnerKey = "ssm.inner_size";
    private const string HeadsKey = "ssm.time_step_rank";
    private const string Hidden = "embedding_length";
    private const string Limits = "time_step_limit";

    private static readonly string[] Keys = [KernelKey, StateKey, GroupsKey, InnerKey, HeadsKey];

    public override void Read(ConfigReader draft)
    {
        long kernel = Count(draft, names.Kernel) ?? Missing(draft, names.Kernel);
        long state = Count(draft, names.State) ?? Missing(draft, names.State);
        long groups = Count(draft, names.Groups) ?? Missing(draft, names.Groups);
        long? heads = Count(draft, names.Heads);
        long? head = draft.Config.IsWord(names.Head, "auto") ? null : Count(draft, names.Head);
        long hidden = draft.Numbers.GetValueOrDefault("hidden_size");
        long? expanded = names.Expand is { } expand && Count(draft, expand) is { } times && hidden < uint.MaxValue ? times * hidden : null;
        long? stated = names.Inner is { } inner ? draft.Config.Count(inner) : null;
        if ((stated ?? expanded ?? (heads * head)) is not { } width || (heads ?? head) is null)
        {
            Missing(draft, names.Heads);
            return;
        }

        long all = heads ?? (head is > 0 and { } one ? width / one : 0);
        if (all == 0 || width % all != 0 || (head is not null && head * all != width) || (names.Inner is null && expanded is { } other
            && other != width))
        {
            throw draft.Config.Contradiction(string.Create(
                CultureInfo.InvariantCulture,
                $"{draft.Config.Path(names.Heads)} is {all}, which does not make {width} of heads of width {head ?? 0}"));
        }

        if (groups > 0 && (all % groups != 0 || width % groups != 0))
        {
            throw draft.Config.Contradiction(string.Create(
                CultureInfo.InvariantCulture, $"{draft.Config.Path(names.Groups)} is {groups}, but there are {all} heads"));
        }

        if (draft.Config.Has(Limits) && !draft.Config.IsUnlimited(Limits))
        {
            draft.Obstruct($"{Limits} cuts steps off, which no runtime does");
        }

        foreach ((string key, long value) in Keys.Zip([kernel, state, groups, width, all]))
        {
            draft.Count(key, value);
        }

        Remember(draft.Numbers, kernel, state, groups, width, all);
    }

    public override void Write(ConfigWriter config)
    {
        long? kernel = config.RequireCount(KernelKey, names.Kernel);
        long? state = config.RequireCount(StateKey, names.State);
        long? groups = config.RequireCount(GroupsKey, names.Groups);
        long? width = config.RequireCount(InnerKey, names.Inner);
        long? heads = config.RequireCount(HeadsKey, names.Heads);
        if (kernel is null || state is null || groups is null || width is null || heads is null)
        {
            return;
        }

        if (width % heads != 0)
        {
            config.Refuse($"{config.Key(InnerKey)} is {width}, which {config.Key(HeadsKey)} {heads} does not divide");
            return;
        }

        config.Fields.Set(names.Head, width.Value / heads.Value);
        if (names.Expand is not null && config.OptionalCount(Hidden) is > 0 and { } hidden)
        {
            if (width % hidden == 0)
            {
                config.Fields.Set(names.Expand, width.Value / hidden);
            }
            else if (names.Inner is null)
            {
                config.Refuse($"{config.Key(InnerKey)} is {width}, no multiple of {config.Key(Hidden)} {hidden}");
            }
        }

        Remember(config.Numbers, kernel.Value, state.Value, groups.Value, width.Value, heads.Value);
    }

    // For the shapes of tensors.
    private static void Remember(Dictionary<string, long> numbers, long kernel, long state, long groups, long inner, long heads)
    {
        numbers["ssm_kernel"] = kernel;
        numbers["ssm_state"] = state;
        numbers["ssm_groups"] = groups;
        numbers["ssm_inner"] = inner;
        numbers["ssm_heads"] = heads;
    }

    private long? Count(ConfigReader draft, string field) => (draft.Config.Count(field) ?? (absent.TryGetValue(field, out long other)
        ? other
        : null)) is not { } count ? null : count > 0 ? count : throw draft.Config.WrongValue(field, "is 0");

    private static long Missing(ConfigReader draft, string field)
    {
        draft.Obstruct($"{field} is missing");
        return 0;
    }
}
