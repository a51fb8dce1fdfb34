namespace ModelPack.Verification.Comparison;

/// <summary>
/// Compares the files that two models consist of. The same bytes may be cut into files elsewhere, and an empty file has none; what holds
/// tensors may be called anything, as a single file may, but a companion is known by its name.
/// </summary>
internal static class MemberComparison
{
    /// <summary>The first file that is not the same in both; null if all are.</summary>
    public static Difference? FirstDifference(ModelFile first, ModelFile second)
    {
        IReadOnlyList<ModelSetMember> left = first.AllMembers;
        IReadOnlyList<ModelSetMember> right = second.AllMembers;
        for (int i = 0; i < Math.Max(left.Count, right.Count); i++)
        {
            ModelSetMember? own = i < left.Count ? left[i] : null;
            ModelSetMember? other = i < right.Count ? right[i] : null;
            if (own is null || other is null || own.Length != other.Length
                || (own.Model is null || other.Model is null) && own.Name != other.Name)
            {
                string place = (other ?? own)!.Name;
                return new(
                    DifferenceKind.Container, place, $"file {i} is {Show(own)} in the first model and {Show(other)} in the second", null,
                    other?.Start);
            }
        }

        return null;
    }

    private static string Show(ModelSetMember? member) => member is null ? "missing" : $"'{member.Name}' with {member.Length} bytes";
}
