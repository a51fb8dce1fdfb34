using System.Collections.Frozen;
using static ModelPack.Architectures.Tokenizers.PreTokenizerStep;
using static ModelPack.Architectures.Tokenizers.PreTokenizerTraits;

namespace ModelPack.Architectures.Tokenizers;

/// <summary>The table of <c>tokenizer.ggml.pre</c> (hf-companions.md §2.4). An id without a row cannot be written out from its name
/// alone.</summary>
internal static class PreTokenizers
{
    private const string Contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
    private const string Spaces = @"|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string Llama3Words = Contractions + @"|[^\r\n\p{L}\p{N}]?\p{L}+|";
    private const string Llama3Rest = @"| ?[^\s\p{L}\p{N}]+[\r\n]*" + Spaces;
    private const string Llama3 = Llama3Words + @"\p{N}{1,3}" + Llama3Rest;
    private const string MiniCpm5 = Llama3Words + @"\p{N}+" + Llama3Rest;
    private const string Qwen2 = Llama3Words + @"\p{N}" + Llama3Rest;
    private const string SeedCoder = Llama3Words + @"\p{N}| ?[^\s\p{L}\p{N}\r\n]+" + Spaces;
    private const string Qwen35 = Contractions + @"|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*" + Spaces;
    private const string LowerWord = @"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+";
    private const string UpperWord = @"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*";
    private const string TekkenRest = @"| ?[^\s\p{L}\p{N}]+[\r\n/]*" + Spaces;
    private const string Tekken = LowerWord + "|" + UpperWord + @"|\p{N}" + TekkenRest;
    private const string O200K = LowerWord + Contractions + "?|" + UpperWord + Contractions + @"?|\p{N}{1,3}" + TekkenRest;
    private const string DeepSeek3 =
        @"[!""#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*" + Spaces;
    private const string BailingMoe =
        @"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+";
    private const string Gpt2 = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";
    private const string NoHan = @"&&[^\p{Han}]]";
    private const string KimiK2 =
        @"[\p{Han}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}" + NoHan + @"*[\p{Ll}\p{Lm}\p{Lo}\p{M}" + NoHan + "+" + Contractions
        + @"?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}" + NoHan + @"+[\p{Ll}\p{Lm}\p{Lo}\p{M}" + NoHan + "*" + Contractions
        + @"?|\p{N}{1,3}" + Llama3Rest;
    private const string Cjk = "[一-龥\u3040-ゟ゠-ヿ]+";
    public const string CjkAndHangul = "[一-龥ࠀ-一가-\uD7FF]+";
    private const string Bloom = @" ?[^(\s|[.,!?…。，、।۔،])]+";

    private static readonly ByteLevel Words = new(true);
    private static readonly ByteLevel Bytes = new(false);
    private static readonly Digits EachDigit = new(true);

    /// <summary>Expressions with a branch for every character, so that nothing is left over between matches.</summary>
    private static readonly FrozenSet<string> CoverAll =
        new[] { Gpt2, Llama3, MiniCpm5, Qwen2, SeedCoder, Qwen35, Tekken, O200K, BailingMoe }.Select(RegexSpelling.Normal)
        .ToFrozenSet(StringComparer.Ordinal);

    /// <summary>In order: of ids with the same rules, the best known one stands first.</summary>
    private static readonly (string Id, PreTokenizer Row)[] InOrder = [.. Rows()];

    /// <summary>The ids that a tokenizer can be given: none that only repeats another one, which fewer loaders know.</summary>
    private static readonly (string Id, PreTokenizer Row, PreTokenizerStep[] Normal)[] Candidates =
        [.. InOrder.Where(item => !PublishedPreTokenizers.IsSynonym(item.Id)).Select(item => (item.Id, item.Row, Normal(item.Row.Steps)))];

    private static readonly FrozenDictionary<string, PreTokenizer> ById = InOrder.ToFrozenDictionary(
        row => row.Id, row => row.Row, StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, PublishedNormalizer> Normalizers = new Dictionary<string, PublishedNormalizer>
    {
        ["llama-bpe"] = PublishedNormalizer.None,
        ["gpt-2"] = PublishedNormalizer.None,
        ["tekken"] = PublishedNormalizer.None,
        ["qwen2"] = PublishedNormalizer.Nfc,
        ["qwen35"] = PublishedNormalizer.Nfc,
        ["olmo"] = PublishedNormalizer.Nfc,
        ["mpt"] = PublishedNormalizer.Nfc,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static PreTokenizer? Find(string id) => ById.GetValueOrDefault(id);

    public static PublishedNormalizer NormalizerOf(string id) => Normalizers.GetValueOrDefault(id);

    /// <summary>
    /// The id for a structure, or null if the table has none. Several ids often stand for the same rules: then one that is known for
    /// another normalizer comes last, since the way back would add or lose it, the model's own one counts most, flags that an id implies
    /// next, and the best known one stands first. A flag that no id of these rules implies is for the caller to note.
    /// </summary>
    public static string? Identify(PreTokenizerStep[] steps, PublishedFlags flags)
    {
        PreTokenizerStep[] normal = Normal(steps);
        return Candidates
            .Where(item => item.Row.Has(Roberta) == flags.Roberta && item.Normal.SequenceEqual(normal))
            .OrderBy(item => NormalizerOf(item.Id) is var known && known != PublishedNormalizer.Unknown && known != flags.Normalizer)
            .ThenByDescending(item => flags.ModelTypes.Any(type => PublishedPreTokenizers.IsOf(item.Id, type)))
            .ThenByDescending(item => item.Row.Has(IgnoreMerges) == flags.IgnoreMerges)
            .ThenByDescending(item => NormalizerOf(item.Id) == flags.Normalizer)
            .ThenByDescending(item => NormalizerOf(item.Id) == PublishedNormalizer.Unknown)
            .ThenByDescending(item => flags.CleanUp is null || item.Row.Has(CleanUp) == flags.CleanUp)
            .Select(item => item.Id)
            .FirstOrDefault() ?? (DeepSeekLlm.Is(normal) ? DeepSeekLlm.Id : null);
    }

    /// <summary>Steps that cut alike, in one form (tokenizers.md §1).</summary>
    private static PreTokenizerStep[] Normal(IEnumerable<PreTokenizerStep> steps)
    {
        List<PreTokenizerStep> normal = [];
        foreach (PreTokenizerStep step in steps)
        {
            PreTokenizerStep next = step is Split split ? Normal(split) : step;
            if (next is ByteLevel { UseRegex: false } && normal is [.., Split { DropsOthers: false, Regex: Gpt2 }])
            {
                normal[^1] = Words;
                continue;
            }

            normal.Add(next);
        }

        return [.. normal];
    }

    /// <summary>One character of the library's own kind "numeric" is one of \p{N}.</summary>
    private static PreTokenizerStep Normal(Split split)
    {
        string regex = RegexSpelling.Normal(split.Regex);
        bool drops = split.DropsOthers && !CoverAll.Contains(regex);
        return (regex, drops) switch
        {
            (@"\p{N}", false) => EachDigit,
            (@"\p{N}+", false) => new Digits(false),
            _ => new Split(regex, drops),
        };
    }

    private static IEnumerable<(string Id, PreTokenizer Row)> Rows() =>
    [
        .. Ids("gpt-2 phi-2 mellum modern-bert gigachat a.x-4.0 exaone4 jina-v2-es jina-v2-de jina-es jina-de", CleanUp, Words),
        .. Ids("olmo mpt jais", CleanUp, Words),
        .. Ids("trillion granite-docling", None, Words),
        .. Ids("roberta-bpe jina-v1-en jina-v2-code", CleanUp | Roberta, Words),
        .. Ids("llama-bpe llama3 llama-v3 falcon3 falcon-h1 pixtral midm-2.0 lfm2 jina-v5-nano", IgnoreMerges | CleanUp | AddsBos,
            new Split(Llama3), Bytes),
        .. Ids("dbrx smaug-bpe glm4 chatglm-bpe", CleanUp, new Split(Llama3), Bytes),
        .. Ids("qwen2 deepseek-r1-qwen kormo f2llmv2 hunyuan solar-open grok-2", None, new Split(Qwen2), Bytes),
        .. Ids("stablelm2 megrez", CleanUp, new Split(Qwen2), Bytes),
        .. Ids("qwen35", None, new Split(Qwen35), Bytes),
        .. Ids("starcoder refact codeshell exaone minerva-7b mellum2", CleanUp, EachDigit, Words),
        .. Ids("command-r smollm", None, EachDigit, Words),
        .. Ids("falcon", CleanUp, new ContiguousPunctuation(), Words, new Digits(false), new Split("[0-9][0-9][0-9]")),
        .. Ids("deepseek-coder", None, new Split(@"[\r\n]"), new Split(@"\s?\p{L}+"), new Split(@"\s?\p{P}+"), new Split(CjkAndHangul),
            EachDigit, Bytes),
        .. Ids("deepseek-v3 hunyuan-dense joyai-llm", None, new Split(@"\p{N}{1,3}"), new Split(Cjk), new Split(DeepSeek3), Bytes),
        .. Ids("tekken", IgnoreMerges | AddsBos, new Split(Tekken), Bytes),
        .. Ids("gpt-4o llama4 kanana2 talkie minimax-m2", None, new Split(O200K), Bytes),
        .. Ids("kimi-k2", IgnoreMerges, new Split(KimiK2), Bytes),
        .. Ids("bloom gpt3-finnish", CleanUp, new Split(Bloom), Bytes),
        .. Ids("poro-chat", None, new Split(Bloom), Bytes),
        .. Ids("viking", None, new Split(Bloom), new Split(@"\p{N}"), Bytes),
        .. Ids("bailingmoe bailingmoe2 llada-moe", None, new Split(BailingMoe), Bytes),
        .. Ids("seed-coder", None, new Split(SeedCoder), Bytes),
        .. Ids("superbpe", None, new Split(@"\p{N}+"), new Split(@"(?=(\d{3})+(?!\d))"), Bytes),
        .. Ids("minicpm5", IgnoreMerges | CleanUp, new Split(@"\p{N}{1,3}"), new Split(MiniCpm5), Bytes),
    ];

    private static IEnumerable<(string Id, PreTokenizer Row)> Ids(string ids, PreTokenizerTraits traits, params PreTokenizerStep[] steps)
    {
        PreTokenizer row = new(traits, steps);
        return ids.Split(' ').Select(id => (id, row));
    }
}
