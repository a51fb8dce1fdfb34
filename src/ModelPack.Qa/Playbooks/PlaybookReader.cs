using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using ModelPack.Diagnostics;
using ModelPack.Qa.Gates;
using YamlDotNet.RepresentationModel;

namespace ModelPack.Qa.Playbooks;

/// <summary>Reads a playbook. Every key and every value is checked before anything is run.</summary>
internal static partial class PlaybookReader
{
    private const string Truth = "true";

    private static readonly (string Key, string[] Words)[] Lists =
    [
        ("model.formats", ["gguf", "safetensors", "apr"]),
        ("model.quantizations", ["f32", "f16", "q8_0", "q6_k", "q5_k_m", "q5_0", "q4_k_m", "q4_0", "q3_k_m", "q2_k"]),
        ("test_matrix.modalities", ["run", "chat", "serve"]),
        ("test_matrix.backends", ["cpu", "gpu"]),
        ("contract_tests.invariants", ["I-1", "I-2", "I-3", "I-4", "I-5"]),
    ];

    // What no gate here needs has to be right all the same.
    private static readonly string[] Wholes =
        ["test_matrix.scenario_count", "profile_ci.warmup", "profile_ci.measure", "kernel_profile.prompt_count"];

    private static readonly string[] Numbers =
    [
        "test_matrix.seed", "differential_tests.inference_compare.tolerance", "profile_ci.assertions.min_throughput",
        "profile_ci.assertions.min_throughput_cpu", "profile_ci.assertions.min_throughput_gpu", "profile_ci.assertions.max_p99_ms",
        "profile_ci.assertions.max_p50_ms", "ollama_parity.temperature", "ollama_parity.min_perf_ratio",
    ];

    private static readonly string[] EngineGroups =
    [
        "property_tests", "falsification_gates", "state_machine", "oracles", "gates", "profile_ci", "trace_payload", "ollama_parity",
        "kernel_profile",
    ];

    /// <exception cref="ModelPackException">It is no playbook of the public schema; the message has the line.</exception>
    public static Playbook Read(string path)
    {
        YamlMappingNode root = YamlTree.Read(path);
        try
        {
            CheckKeys(root, PlaybookKeys.Root, "");
            foreach ((string key, string[] words) in Lists)
            {
                CheckWords(root, key, words);
            }

            return Read(root);
        }
        catch (ModelPackException exception) when (exception.FilePath is null)
        {
            exception.FilePath = path;
            throw;
        }
    }

    private static Playbook Read(YamlMappingNode root)
    {
        string repository = Required(root, "model.hf_repo", RepositoryName(), "org/name");
        foreach (string key in new[] { "test_matrix.modalities", "test_matrix.backends" })
        {
            _ = Items(root, key) is { IsEmpty: false } ? true : throw Missing(root, key);
        }

        foreach (string key in Wholes)
        {
            _ = Whole(root, key);
        }

        foreach (string key in Numbers)
        {
            _ = Number(root, key);
        }

        return new()
        {
            Name = Required(root, "name", PlaybookName(), "small letters, digits and dashes, at most 64"),
            Version = Required(root, "version", VersionNumber(), "three numbers, like 1.0.0"),
            Organization = repository[..repository.IndexOf('/')],
            Model = repository[(repository.IndexOf('/') + 1)..],
            Expected = ExpectedSizes.Keys.Keys.Select(key => (key, Whole(root, $"model.{key}"))).Where(one => one.Item2 is not null)
                .ToImmutableSortedDictionary(one => one.key, one => (long)one.Item2!, StringComparer.Ordinal),
            Policy = Text(root, "failure_policy") switch
            {
                null or "stop_on_p0" => FailurePolicy.StopOnP0,
                "stop_on_first" => FailurePolicy.StopOnFirst,
                "collect_all" => FailurePolicy.CollectAll,
                string other => throw Wrong(
                    root, "failure_policy",
                    $"failure_policy takes stop_on_first, stop_on_p0 or collect_all, not '{SafeText.Shorten(other)}'"),
            },
            FormatValidation = Group(root, "format_validation"),
            TensorDiff = Group(root, "tensor_diff") is { } diff
                ? diff with { Filter = Text(root, "differential_tests.tensor_diff.filter") }
                : null,
            InferenceCompare = Group(root, "inference_compare") is { } inference
                ? inference with
                {
                    Prompt = Text(root, "differential_tests.inference_compare.prompt"),
                    MaxTokens = Whole(root, "differential_tests.inference_compare.max_tokens") ?? 10,
                }
                : null,
            Fingerprint = Group(root, "fingerprint") is { } print
                ? print with { Filter = Text(root, "differential_tests.fingerprint.tensors") }
                : null,
            ValidateStats = Group(root, "validate_stats") is { } statistics
                ? statistics with
                {
                    Reference = Beside(root, "differential_tests.validate_stats.reference"),
                    Tolerances = new[] { "layernorm", "embedding", "attention" }
                        .Select(role => (role, Number(root, $"differential_tests.validate_stats.tolerance.{role}")))
                        .Where(one => one.Item2 is not null).ToImmutableDictionary(one => one.role, one => one.Item2!.Value),
                }
                : null,
            Limit = Whole(root, "test_matrix.timeout_ms") is > 0 and var limit ? TimeSpan.FromMilliseconds(limit) : null,
            Invariants = Items(root, "contract_tests.invariants"),
            NeedEngine = [
                .. EngineGroups.Where(name => Find(root, name) is not null && IsEnabled(root, name))
                    .Select(name => new GateGroup(name, Items(root, $"{name}.gates")))],
        };
    }

    private static GateGroup? Group(YamlMappingNode root, string name) =>
        Find(root, $"differential_tests.{name}") is YamlMappingNode && IsEnabled(root, $"differential_tests.{name}")
            ? new(name, Items(root, $"differential_tests.{name}.gates"))
            : null;

    // A group of differential tests that says nothing is off, as it is in the harness; others have no such key.
    private static bool IsEnabled(YamlMappingNode root, string group) =>
        Find(root, $"{group}.enabled") is not { } node ? !group.StartsWith("differential_tests.", StringComparison.Ordinal)
        : (node as YamlScalarNode)?.Value?.ToLowerInvariant() switch
        {
            Truth or "yes" or "on" => true,
            "false" or "no" or "off" => false,
            _ => throw YamlTree.Wrong(QaErrors.PlaybookValue, node, $"{group}.enabled takes true or false"),
        };

    private static void CheckKeys(YamlMappingNode node, PlaybookKeys known, string prefix)
    {
        foreach ((YamlNode key, YamlNode value) in node.Children)
        {
            string name = (key as YamlScalarNode)?.Value ?? "";
            PlaybookKeys below = known.Find(name)
                ?? throw YamlTree.Wrong(
                    QaErrors.UnknownKey, key,
                    $"there is no key '{prefix}{SafeText.Shorten(name)}'; here stand "
                        + string.Join(", ", known.Names.Order(StringComparer.Ordinal)));
            if (!below.IsOpen)
            {
                CheckKeys(
                    value as YamlMappingNode
                        ?? throw YamlTree.Wrong(QaErrors.PlaybookValue, value, $"'{prefix}{name}' has to hold keys"),
                    below,
                    $"{prefix}{name}.");
            }
        }
    }

    private static void CheckWords(YamlMappingNode root, string key, string[] words)
    {
        foreach (string item in Items(root, key))
        {
            if (!words.Contains(item))
            {
                throw Wrong(root, key, $"{key} takes {string.Join(", ", words)}, not '{SafeText.Shorten(item)}'");
            }
        }
    }

    private static YamlNode? Find(YamlMappingNode root, string path)
    {
        YamlNode? node = root;
        foreach (string name in path.Split('.'))
        {
            node = node is YamlMappingNode mapping && mapping.Children.TryGetValue(new YamlScalarNode(name), out YamlNode? below)
                ? below
                : null;
        }

        return node;
    }

    private static string? Text(YamlMappingNode root, string path) => Find(root, path) switch
    {
        null => null,
        YamlScalarNode scalar => scalar.Value,
        YamlNode other => throw YamlTree.Wrong(QaErrors.PlaybookValue, other, $"{path} takes one value"),
    };

    private static int? Whole(YamlMappingNode root, string path) =>
        Text(root, path) is not { } text ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number
        : throw Wrong(root, path, $"{path} takes a whole number, not '{SafeText.Shorten(text)}'");

    private static double? Number(YamlMappingNode root, string path) =>
        Text(root, path) is not { } text ? null
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) ? number
        : throw Wrong(root, path, $"{path} takes a number, not '{SafeText.Shorten(text)}'");

    // A playbook comes from somebody else: what it names is read, so that no name may lead out of its folder.
    private static string? Beside(YamlMappingNode root, string path) =>
        Text(root, path) is not { } name || Parts().IsMatch(name) ? Text(root, path)
        : throw Wrong(root, path, $"{path} takes a file below the folder of the playbook, not '{SafeText.Shorten(name)}'");

    private static ImmutableArray<string> Items(YamlMappingNode root, string path) => Find(root, path) switch
    {
        YamlSequenceNode sequence => [
            .. sequence.Children.Select(item => (item as YamlScalarNode)?.Value is { Length: > 0 } word ? word
                : throw YamlTree.Wrong(QaErrors.PlaybookValue, item, $"{path} takes a list of words"))],
        null => [],
        YamlNode other => throw YamlTree.Wrong(QaErrors.PlaybookValue, other, $"{path} takes a list"),
    };

    private static string Required(YamlMappingNode root, string path, Regex form, string what) =>
        Text(root, path) is not { } text ? throw Missing(root, path)
        : form.IsMatch(text) ? text
        : throw Wrong(root, path, $"{path} takes {what}, not '{SafeText.Shorten(text)}'");

    private static ModelPackException Missing(YamlMappingNode root, string path) =>
        YamlTree.Wrong(QaErrors.PlaybookValue, root, $"{path} is missing");

    private static ModelPackException Wrong(YamlMappingNode root, string path, string why) =>
        YamlTree.Wrong(QaErrors.PlaybookValue, Find(root, path)!, why);

    [GeneratedRegex(@"^[a-z0-9.-]{1,64}\z")]
    private static partial Regex PlaybookName();

    [GeneratedRegex(@"^(?!\.{1,2}(?:/|\z))[^/\\:\x00-\x1F]+(?:/(?!\.{1,2}(?:/|\z))[^/\\:\x00-\x1F]+)*\z")]
    private static partial Regex Parts();

    [GeneratedRegex(@"^[0-9]+\.[0-9]+\.[0-9]+\z")]
    private static partial Regex VersionNumber();

    [GeneratedRegex(@"^[a-zA-Z0-9_-]+/[a-zA-Z0-9._-]+\z")]
    private static partial Regex RepositoryName();
}
