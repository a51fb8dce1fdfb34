using ModelPack.Diagnostics;

namespace ModelPack.Build;

/// <summary>What a build may do.</summary>
internal enum BuildWork
{
    /// <summary>Convert what is not up to date.</summary>
    Convert,

    /// <summary>Nothing: <c>--no-build</c> takes what the last build has left, and fails if that is not all.</summary>
    Check,
}

/// <summary>What the builds of all models of one task share.</summary>
/// <param name="CopyDirectory">Folder that outputs are copied to later in the build; empty where there is none.</param>
/// <param name="Work">Whether a model may be converted.</param>
/// <param name="Log">Tells the user something.</param>
/// <param name="Note">Passes on a note of a conversion, by its rank.</param>
/// <param name="Warn">Warns the user; throws the warning where the project makes an error of it.</param>
/// <param name="Cancellation">Stops the work.</param>
internal sealed record BuildContext(
    string CopyDirectory, BuildWork Work, Action<string> Log, Action<NoteRank, string> Note, Action<ModelPackException> Warn,
    CancellationToken Cancellation)
{
    private readonly Dictionary<string, ConversionRequest> owners = new(SafePath.Comparer);

    /// <summary>
    /// Takes places for a model: files, and a folder as a whole, because it is replaced as a whole. What an output consists of is known
    /// only when it is planned.
    /// </summary>
    /// <exception cref="ModelPackException">Another model has one of them.</exception>
    public void Claim(ConversionRequest request, IEnumerable<string> places)
    {
        foreach (string place in places)
        {
            foreach ((string taken, ConversionRequest owner) in owners)
            {
                if (owner != request && (Holds(taken, place) || Holds(place, taken)))
                {
                    throw RequestReader.Clash(owner.Source, place, request.Source);
                }
            }

            owners[place] = request;
        }
    }

    private static bool Holds(string outer, string inner) =>
        SafePath.Comparer.Equals(outer, inner)
        || (Path.EndsInDirectorySeparator(outer) && inner.Length > outer.Length && SafePath.Comparer.Equals(outer, inner[..outer.Length]));
}
