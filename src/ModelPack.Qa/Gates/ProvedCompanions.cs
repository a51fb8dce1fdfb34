using System.Collections.Immutable;

namespace ModelPack.Qa.Gates;

/// <summary>A companion of a folder that is not as its conversion wrote it.</summary>
/// <param name="Name">Its name in the folder.</param>
/// <param name="IsMissing">True if it is not there.</param>
internal sealed record ChangedCompanion(string Name, bool IsMissing)
{
    public string Text => IsMissing ? $"{Name} is missing in the folder" : $"{Name} is not what the conversion wrote";
}

/// <summary>Holds the companions of a folder against the certificate of its conversion, which has the hash of each.</summary>
internal static class ProvedCompanions
{
    public static ImmutableArray<ChangedCompanion> Changed(QaModel model, CancellationToken cancellation) =>
        model.Format != ModelFormat.SafeTensors || model.Certificate is not { } certificate ? []
        :
        [
            .. certificate.Output.Parts.Where(part => SaidParts.OfFile(part.Name) != SaidPart.Container)
                .Select(part => (part, path: Path.Combine(model.Path, part.Name)))
                .Where(one => !File.Exists(one.path) || FileHash.Xxh128(one.path, cancellation) != one.part.Xxh128)
                .Select(one => new ChangedCompanion(one.part.Name, !File.Exists(one.path))),
        ];
}
