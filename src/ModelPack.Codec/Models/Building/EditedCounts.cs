using System.Globalization;
using System.Text;
using ModelPack.Formats.Apr;
using ModelPack.Tensors;

namespace ModelPack.Models.Building;

/// <summary>Keeps <c>param_count</c> of an APR file true when tensors are added or removed (apr-v2.md §7.1).</summary>
internal static class EditedCounts
{
    private const string Key = "param_count";

    /// <summary>Only a number that was the sum of the elements follows them: another one counts something else.</summary>
    public static void Update(BuilderFile file)
    {
        if (file.Model is not AprFile model || file.Entries.FindLast(entry => entry.Key == Key) is not { } entry || file.IsNew(entry)
            || entry.Value.Int64 is not { } stated || stated != model.Tensors.Sum(tensor => tensor.ElementCount))
        {
            return;
        }

        long count = file.Tensors.Sum(tensor => TensorShape.TryCountElements(tensor.Shape.AsSpan(), out long elements) ? elements : 0);
        if (count != stated)
        {
            file.Set(Key, new AprJsonValue(Encoding.ASCII.GetBytes(count.ToString(CultureInfo.InvariantCulture))));
        }
    }
}
