using System.Globalization;
using System.Text;
using ModelPack.Models;
using ModelPack.Tensors;

namespace ModelPack.Codec.Tests.Documentation;

[TestClass]
public sealed class TypeTableTests
{
    [TestMethod]
    public void The_type_table_of_the_readme_is_what_the_code_does()
    {
        StringBuilder table = new();
        table.Append(
            "| Type | ggml id | elements in a block | bytes in a block | decoded to float32 | looked at for NaN and infinity | GGUF | APR "
                + "| SafeTensors |\n");
        table.Append("|---|---|---|---|---|---|---|---|---|\n");
        foreach (TensorTypeInfo type in TensorTypes.All)
        {
            string bytes = type.Rule == PayloadRule.PackedBits
                ? $"{type.BlockBytes} bits"
                : type.BlockBytes.ToString(CultureInfo.InvariantCulture);
            table.Append(
                CultureInfo.InvariantCulture,
                $"| {type.Name} | {type.GgmlId} | {type.BlockElements} | {bytes} | {(TensorDecoder.CanDecode(type.Type) ? "yes" : "–")} | "
                    + $"{FiniteCheck(type)} ");
            foreach (ModelFormat format in Enum.GetValues<ModelFormat>())
            {
                table.Append(FormatCatalog.Of(format).Target.Holds(type.Type) ? "| copy " : "| carry ");
            }

            table.Append("|\n");
        }

        GeneratedSection.ShouldBe(Path.Combine(RepositoryData.Repository, "docs", "types.md"), "types", table.ToString());
    }

    // What the check looks at is found out by asking it: a payload of all ones holds NaN or infinity in every type that can hold one.
    private static string FiniteCheck(TensorTypeInfo type)
    {
        long[] shape = type.Rule == PayloadRule.PaddedRows ? [1, type.BlockElements] : [type.BlockElements * 4];
        Assert.IsTrue(type.TryGetPayloadBytes(shape, out long length));
        byte[] payload = Enumerable.Repeat((byte)0xFF, checked((int)length)).ToArray();
        if (type.Type == TensorType.F8E4M3Fnuz || type.Type == TensorType.F8E5M2Fnuz)
        {
            payload.AsSpan().Fill(0x80);
        }

        FiniteTally tally = default;
        FiniteScanner.For(type.Type, shape).Scan(0, payload, ref tally);
        return tally.IsFinite ? "holds none" : type.IsQuantized ? "every block" : "every value";
    }
}
