using System.Collections.Immutable;
using System.Globalization;
using ModelPack.Architectures.Usability;
using ModelPack.Conversion.Pipeline;
using ModelPack.Conversion.Proof;
using ModelPack.Diagnostics;
using ModelPack.IO;
using ModelPack.IO.Output;

namespace ModelPack.Conversion;

/// <summary>Writes down what a conversion did and proved.</summary>
internal static class CertificateMaker
{
    public static Certificate Make(
        ConversionPlan job, JudgedMeaning meaning, PassResult pass, ProvedOutput proved, string targetPath, ConversionOptions options)
    {
        RankedNote[] notes = job.AllNotes(proved.Notes);
        return new()
        {
            Tool = ModelConverter.ToolName,
            Level = proved.Level,
            Meaning = meaning.Word,
            MeaningReasons = meaning.Reasons,
            Source = new(
                job.Source.ShortName, job.Source.Format, job.Source.Source.Length, FileHash.Format(pass.FileHash), Hex(pass.FileSha256))
            {
                Parts = Parts(job.Source.AllMembers.Select(member => (member.Name, member.Length)), pass.MemberHashes, pass.MemberSha256),
            },
            Output = new(
                Path.GetFileName(Path.TrimEndingDirectorySeparator(targetPath)), job.To, job.Layout.Length,
                FileHash.Format(proved.Reread.FileHash), Hex(proved.Reread.FileSha256))
            {
                Parts = Parts(
                    TemporaryModel.FinalNames(targetPath, job.Layout).Zip(job.Layout.Files, (name, file) => (name, file.Plan.Length)),
                    proved.Reread.MemberHashes, proved.Reread.MemberSha256),
            },
            LeftOut = job.Source.LeftOut,
            Options = Options(options),
            Tensors = [.. job.Tensors.Take(job.Source.Tensors.Count).Select((tensor, i) => Tensor(job, tensor, i, pass, proved))],
            Notes = [.. notes.Select(note => note.Text)],
            NoteRanks = [.. notes.Select(note => note.Rank)],
        };
    }

    private static ImmutableSortedDictionary<string, string> Options(ConversionOptions options)
    {
        Dictionary<string, string> texts = new()
        {
            ["naming"] = options.Naming.ToString(),
            ["nonfinite"] = options.NonFinite.ToString(),
            ["origin"] = options.Origin.ToString(),
            ["quantized"] = options.Quantized.ToString(),
        };
        if (options.Dtype is { } dtype)
        {
            texts.Add("dtype", TensorTypes.Get(dtype).Name);
            if (options.Epsilon is { } epsilon)
            {
                texts.Add("epsilon", epsilon.ToString("R", CultureInfo.InvariantCulture));
            }
        }

        if (options.Mmproj)
        {
            texts.Add("mmproj", "true");
        }

        if (options.MaxShardBytes is { } limit)
        {
            texts.Add("max-shard-size", limit.ToString(CultureInfo.InvariantCulture));
        }

        return ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, texts);
    }

    private static ImmutableArray<CertifiedPart> Parts(
        IEnumerable<(string Name, long Length)> files, IReadOnlyList<Hash128> hashes, byte[][] sha256) => hashes.Count == 1 ? [] :
        [.. files.Select(
            (file, i) => new CertifiedPart(
                file.Name, file.Length, FileHash.Format(hashes[i])) { Sha256 = sha256.Length == 0 ? null : Hex(sha256[i]) })];

    private static CertifiedTensor Tensor(ConversionPlan job, TensorInfo tensor, int index, PassResult pass, ProvedOutput proved)
    {
        FiniteStatus status = !TensorWork.CanScan(tensor) ? FiniteStatus.NotChecked
            : pass.Finite[index].IsFinite ? FiniteStatus.Finite
            : FiniteStatus.NonFinite;
        return new(
            job.OutputName(index),
            tensor.Name,
            TensorTypes.Get(tensor.Type).Name,
            tensor.Shape,
            job.Action(index),
            FileHash.Format(pass.TensorHashes[index]),
            status,
            pass.Finite[index].NonFinite)
        {
            Loss = proved.Losses.GetValueOrDefault(job.OutputName(index)),
        };
    }

    private static string? Hex(byte[]? hash) => hash is null ? null : Convert.ToHexStringLower(hash);
}
