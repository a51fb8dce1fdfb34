using System.Collections.Immutable;
using ModelPack.Architectures.Usability;
using ModelPack.Formats;
using ModelPack.IO.Names;
using ModelPack.Models;
using ModelPack.Qa.Evidence;
using ModelPack.Validation.Facts;

namespace ModelPack.Qa.Gates;

/// <summary>What the gates look at beside tensors: tokenizer, configuration, companions.</summary>
internal sealed partial class GateChecks
{
    public GateAnswer Tokenizer(IReadOnlyList<string> chains) => !Source().HasTokenizer
        ? GateAnswer.Skipped("the source has no tokenizer that is understood")
        : OverOwnWords(
            chains, SaidPart.Tokenizer, chain => Source().CompareTokenizer(Words(chain)),
            "keys of vocabulary, merges and special tokens are equal",
            "the tokenizer is not that of the source");

    public GateAnswer Config(IReadOnlyList<string> chains) => OverOwnWords(
        chains, SaidPart.Config, chain => Source().CompareConfig(Words(chain)), "values of the configuration are equal",
        "the configuration differs");

    /// <summary>What a loader of the folder opens beside the tensors.</summary>
    public GateAnswer Companions(IReadOnlyList<string> chains)
    {
        OwnWords source = Source();
        bool isFolder = workspace.SourceFormat == ModelFormat.SafeTensors;
        bool wantsTokenizer = source.HasTokenizer || (isFolder && HasVocabulary());
        using ModelFile file = ModelFiles.Open(workspace.Get(QaWorkspace.Letter(workspace.SourceFormat).ToString()).Path);
        return file.Architecture is null && !source.HasTokenizer && !isFolder
            ? GateAnswer.Skipped("the source says nothing that companions could be made of")
            : Over(isFolder ? ["S", .. chains] : chains, chain => (wantsTokenizer ? 2 : 1, [
                .. Missing(FolderOf(chain), wantsTokenizer).Select(name => new ChangedCompanion(name, IsMissing: true).Text)
                    .Union(ProvedCompanions.Changed(workspace.Get(chain), workspace.Cancellation).Where(one => one.IsMissing)
                        .Select(one => one.Text))]),
                "companion files are there", "companion files are missing");
    }

    private static IEnumerable<string> Missing(string folder, bool wantsTokenizer)
    {
        string[] names = Directory.Exists(folder) ? [.. Directory.EnumerateFiles(folder).Select(path => Path.GetFileName(path))] : [];

        // A vocab.json alone has no merges: it is half a tokenizer.
        bool hasTokenizer = names.Any(name => name != CompanionNames.Vocabulary && MissingParts.IsTokenizer(name));
        return new[]
        {
            names.Contains(CompanionNames.Config) ? null : CompanionNames.Config,
            !wantsTokenizer || hasTokenizer ? null : CompanionNames.Tokenizer,
        }.OfType<string>();
    }

    // What a program loads a text model by; the source may be named by its index or one of its parts.
    private string FolderOf(string chain) =>
        workspace.Get(chain).Path is var path && Directory.Exists(path) ? path : Path.GetDirectoryName(Path.GetFullPath(path))!;

    private bool HasVocabulary()
    {
        using ModelFile file = ModelFiles.Open(workspace.Source);
        return ModelSettings.Of(file, CompanionFiles.Of(file))[SettingName.Vocabulary] is not null;
    }

    /// <summary>Each id has the text of the source, and that text leads back to it. Merges are not applied.</summary>
    public GateAnswer TokenRoundTrip(IReadOnlyList<string> chains) => !Source().HasTokenizer
        ? GateAnswer.Skipped("the source has no tokenizer that is understood")
        : OverOwnWords(chains, SaidPart.None, chain =>
        {
            byte[][] own = Source().TokenBytes;
            byte[][] other = Words(chain).TokenBytes;
            return (own.Length, [
                .. Enumerable.Range(0, Math.Max(own.Length, other.Length))
                    .Where(id => id >= own.Length || id >= other.Length || !own[id].AsSpan().SequenceEqual(other[id]))
                    .Select(id => $"token {id} has another text")]);
        }, "ids have the text that they have in the source (looked up in the vocabulary; merges are not applied)", "tokens changed");

    /// <summary>The same for what outputs say in words of their own. One that its programs will not load, or whose architecture says its
    /// words in a way that is not read here, keeps them for the way back, which other gates look at.</summary>
    private GateAnswer OverOwnWords(
        IReadOnlyList<string> chains, SaidPart part, Func<string, (int Looked, List<string> Found)> look, string claim, string wrong)
    {
        (string Chain, string? Why)[] all = [.. chains.Select(chain => (chain, WhyNotRead(chain)))];
        string[] read = [.. all.Where(one => one.Why is null).Select(one => one.Chain)];
        string others = string.Join("; ", all.Where(one => one.Why is not null).Select(one => $"{one.Chain} {one.Why}"));
        GateAnswer answer = Over(chains, LookAndRead, claim, wrong);
        return others.Length == 0 ? answer
            : answer.Outcome == Outcome.Skipped ? GateAnswer.Skipped($"no output is read: {others}")
            : answer.With("not_looked_at", others);

        (int Looked, List<string> Found) LookAndRead(string chain)
        {
            (int count, List<string> found) = read.Contains(chain) ? look(chain) : (0, []);
            return (count, [.. found, .. Said(chain, part)]);
        }
    }

    /// <summary>What the output does not say as a conversion of its source says it: metadata by key, a folder's files by name.</summary>
    private IEnumerable<string> Said(string chain, SaidPart part)
    {
        ImmutableArray<ChangedCompanion> changed = ProvedCompanions.Changed(workspace.Get(chain), workspace.Cancellation);

        // That its companions were changed is all that the record of a folder says then.
        return changed.Where(one => SaidParts.OfFile(one.Name) == part).Select(one => one.Text).Concat(
            Verify(chain).Differences.Where(one => one.Kind is DifferenceKind.Metadata or DifferenceKind.Order or DifferenceKind.Container
                && SaidParts.Of(one) == part && (changed.IsEmpty || one.Place != ModelFile.OriginKey)).Select(one => one.Text));
    }

    private string? WhyNotRead(string chain) => workspace.Get(chain).Certificate is { Meaning: Meaning.Carried } carried
        ? $"is carried ({carried.MeaningReasons.FirstOrDefault()})"
        : Words(chain).Untranslated;

    private OwnWords Source() => Words(QaWorkspace.Letter(workspace.SourceFormat).ToString());

    private OwnWords Words(string chain) =>
        words.TryGetValue(chain, out OwnWords? known) ? known : words[chain] = OwnWords.Of(workspace.Get(chain).Path);
}
