using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace ModelPack.Validation.Templates;

/// <summary>The words that published chat templates use, and what tells words of people from tags.</summary>
internal static partial class TemplateWords
{
    /// <summary>Functions that a template may call: Jinja's own, and those of transformers and llama.cpp.</summary>
    public static readonly FrozenSet<string> Functions = Set(
        "namespace", "range", "dict", "raise_exception", "strftime_now", "caller", "super", "cycler", "joiner");

    /// <summary>Methods of Python's texts, lists and dictionaries that read, or change what the template made. None reaches an attribute by
    /// name.</summary>
    public static readonly FrozenSet<string> Methods = Set(
        "strip", "lstrip", "rstrip", "split", "rsplit", "splitlines", "lower", "upper", "title", "capitalize", "casefold", "swapcase",
        "startswith", "endswith", "find", "rfind",
        "index", "rindex", "count", "replace", "removeprefix", "removesuffix", "join", "partition", "rpartition", "isdigit", "isnumeric",
        "isalpha", "isalnum", "isspace", "isupper",
        "islower", "zfill", "ljust", "rjust", "center", "items", "keys", "values", "get", "append", "extend", "insert", "pop", "update",
        "copy", "remove", "clear", "reverse", "sort",
        "setdefault", "next", "cycle", "changed");

    /// <summary>Those of them that change what they are called on.</summary>
    public static readonly FrozenSet<string> Changes = Set(
        "append", "extend", "insert", "pop", "update", "remove", "clear", "reverse", "sort", "setdefault", "next");

    /// <summary>Filters that reach no attribute by a computed name.</summary>
    public static readonly FrozenSet<string> Filters = Set(
        "abs", "batch", "capitalize", "center", "count", "d", "default", "dictsort", "e", "escape", "first", "float", "forceescape",
        "format", "fromjson", "from_json", "groupby", "indent",
        "int", "items", "join", "last", "length", "list", "lower", "map", "max", "min", "pprint", "reject", "rejectattr", "replace",
        "reverse", "round", "safe", "select", "selectattr",
        "slice", "sort", "string", "striptags", "sum", "title", "tojson", "to_json", "trim", "truncate", "unique", "upper", "urlencode",
        "wordcount", "wordwrap");

    public static readonly FrozenSet<string> Tests = Set(
        "boolean", "callable", "defined", "divisibleby", "eq", "equalto", "escaped", "even", "false", "filter", "float", "ge",
        "greaterthan", "gt", "in", "integer", "iterable", "le", "lessthan",
        "lower", "lt", "mapping", "ne", "none", "number", "odd", "sameas", "sequence", "string", "test", "true", "undefined", "upper");

    /// <summary>Objects of a rendering environment that lead to its inside.</summary>
    public static readonly FrozenSet<string> Insides = Set(
        "self", "lipsum", "request", "config", "g", "session", "url_for", "get_flashed_messages", "environ", "os", "sys", "subprocess",
        "builtins", "importlib", "context", "environment");

    /// <summary>Attributes of Python's own objects that lead on from them without an underscore in front.</summary>
    public static readonly FrozenSet<string> Attributes = Set(
        "mro", "format", "format_map", "func_globals", "func_code", "func_closure", "func_defaults", "im_func", "im_self", "im_class",
        "gi_frame", "gi_code", "gi_yieldfrom", "cr_frame", "cr_code",
        "cr_await", "ag_frame", "ag_code", "tb_frame", "tb_next", "f_globals", "f_builtins", "f_locals", "f_back", "f_code", "co_code",
        "co_consts");

    /// <summary>Fields of a message or part that say what it is, not what somebody wrote.</summary>
    public static readonly FrozenSet<string> StructuralFields = Set(
        "role", "type", "name", "id", "tool_call_id", "tool_calls", "tool_call", "function", "recipient", "channel", "image", "image_url",
        "audio", "video", "weight", "eot", "train");

    private static readonly FrozenSet<string> Roles = Set(
        "user", "assistant", "system", "tool", "tools", "model", "human", "ipython", "function", "developer", "think", "thinking",
        "observation", "bot", "gpt");

    /// <summary>Whether letters stand in a text outside tags such as <c>&lt;|end|&gt;</c>, <c>[INST]</c>, <c>/no_think</c>,
    /// <c>tool_call</c>.</summary>
    public static bool HasLetters(string text) => Letter().IsMatch(Tag().Replace(text, " "));

    /// <summary>Whether a text is one that people write: it has letters, and does not just name a role.</summary>
    public static bool IsPhrase(string text) => HasLetters(text) && !Roles.Contains(text.Trim().ToLowerInvariant());

    /// <summary>Whether a word stands there that names no role.</summary>
    public static bool HasWords(string text) =>
        Word().Matches(Tag().Replace(text, " ")).Any(word => !Roles.Contains(word.Value.ToLowerInvariant()));

    private static FrozenSet<string> Set(params string[] words) => FrozenSet.ToFrozenSet(words, StringComparer.Ordinal);

    [GeneratedRegex(@"<[^<>\s]*>?|\[[^\[\]\s]*\]?|(?<!\w)[/@#$%&*|~^\\]+\w+|(?<!\w)\w*_\w*")]
    private static partial Regex Tag();

    [GeneratedRegex(@"\p{L}")]
    private static partial Regex Letter();

    [GeneratedRegex(@"\p{L}{2,}|[\p{Lo}]")]
    private static partial Regex Word();
}
