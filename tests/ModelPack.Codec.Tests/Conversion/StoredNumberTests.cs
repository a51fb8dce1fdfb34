using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using ModelPack.IO;
using ModelPack.Origin;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Codec.Tests.Conversion;

/// <summary>What a number in a file means is fixed by the files that are there: bytes written by hand, as docs/origin-record.md says, are
/// read, and are what is written.</summary>
[TestClass]
public sealed partial class StoredNumberTests
{
    private const string Types =
        "F32 F16 BF16 F64 I8 I16 I32 I64 U8 U16 U32 U64 Bool C64 F8E5M2 F8E4M3 F8E8M0 F8E4M3Fnuz F8E5M2Fnuz F6E2M3 F6E3M2 F4 Q4_0 Q4_1 "
        + "Q5_0 Q5_1 Q8_0 Q8_1 Q2_K Q3_K Q4_K Q5_K Q6_K Q8_K IQ2_XXS IQ2_XS IQ2_S IQ3_XXS IQ3_S IQ1_S IQ1_M IQ4_NL IQ4_XS TQ1_0 TQ2_0 "
        + "MXFP4 NVFP4 Q1_0 Q2_0 AprQ4 AprQ8 AprQ4KRows AprQ4KFlat";

    // A payload of 12 bytes, the first of the container.
    private const string Stored = "00000C";

    [TestMethod]
    [DataRow(0, "m.gguf", ModelFormat.Gguf)]
    [DataRow(1, "m.apr", ModelFormat.Apr)]
    [DataRow(2, "m.safetensors", ModelFormat.SafeTensors)]
    public void The_format_of_a_record(int number, string name, ModelFormat format) =>
        Assert.AreEqual(format, Read(Body((byte)number, 0, 0, 0, name)).Format);

    [TestMethod]
    [DataRow(0, QuantizedMode.Auto)]
    [DataRow(1, QuantizedMode.Blocks)]
    [DataRow(2, QuantizedMode.Native)]
    public void The_mode_for_quantized_types_of_a_record(int number, QuantizedMode mode) =>
        Assert.AreEqual(mode, Read(Body(0, (byte)number, 0, 0, "m.gguf")).Quantized);

    [TestMethod]
    [DataRow(0, NamingMode.Native)]
    [DataRow(1, NamingMode.Verbatim)]
    public void The_names_of_a_record(int number, NamingMode mode) =>
        Assert.AreEqual(mode, Read(Body(0, 0, (byte)number, 0, "m.gguf")).Naming);

    [TestMethod]
    public void The_types_of_a_record()
    {
        Assert.IsNull(Read(Body(0, 0, 0, 0, "m.gguf")).Dtype);
        string[] names = Types.Split(' ');
        string[] read = [.. Enumerable.Range(1, names.Length).Select(number => $"{Read(Body(0, 0, 0, (byte)number, "m.gguf")).Dtype}")];
        Assert.AreEqual(Types, string.Join(' ', read));
        Assert.Throws<ModelPackException>(() => Read(Body(0, 0, 0, (byte)(names.Length + 1), "m.gguf")));

        string[] inRecipes = [
            .. Enumerable.Range(0, names.Length).Select(number => $"{((ReversedPayload)Recipe($"05{number:X2}{Stored}")).Type}")];
        Assert.AreEqual(Types, string.Join(' ', inRecipes));
    }

    [TestMethod]
    public void The_segments_of_a_record()
    {
        OriginBody body = Modes(0, 0, 0, 0).Tensor(0, 5).File("m.gguf", 3).Raw(0, 2, 0xAA, 0xBB).Raw(1, 7).Raw(2, 0);
        byte[] bytes = OriginRecords.Build(body.ToArray(), tensors: 1);
        OriginRecord record = OriginRecords.Read(bytes);
        IReadOnlyList<Segment> segments = record.Files[0].Plan.Segments;
        CollectionAssert.AreEqual(new byte[] { 0xAA, 0xBB }, ((LiteralSegment)segments[0]).Bytes.ToArray());
        Assert.AreEqual(7L, ((ZeroSegment)segments[1]).Length);
        Assert.AreEqual((0, 5L), (((PayloadSegment)segments[2]).Tensor, segments[2].Length));
        Assert.AreEqual(Convert.ToHexString(bytes), Convert.ToHexString(OriginCodec.Write(record)));
    }

    [TestMethod]
    [DataRow("000305", "Stored 3 5")]
    [DataRow("0102AABB", "Literal AABB")]
    [DataRow("0201020304" + Stored, "Taken 1 2 3 4")]
    [DataRow("030202" + Stored + Stored, "Joined 2 2")]
    [DataRow("0401020302" + Stored, "Exchanged 1 2 3 2")]
    [DataRow("0502" + Stored, "Reversed BF16")]
    [DataRow("0616" + Stored, "Widened Q4_0")]
    [DataRow("0702" + Stored, "Narrowed BF16")]
    [DataRow("08808080FC03" + Stored, "Shifted 1")]
    [DataRow("0900" + Stored, "Computed NegativeExponential")]
    [DataRow("0901" + Stored, "Computed LogarithmOfNegative")]
    [DataRow("0902" + Stored, "Computed Reciprocal")]
    [DataRow("0B" + Stored, "Unsigned")]
    [DataRow("0A0400" + Stored, "Nibbles 4 False")]
    [DataRow("0A0401" + Stored, "Nibbles 4 True")]
    public void The_kinds_of_a_recipe(string hex, string meaning)
    {
        PayloadRecipe recipe = Recipe(hex);
        Assert.AreEqual(meaning, recipe switch
        {
            StoredPayload stored => $"Stored {stored.Tensor} {stored.Bytes}",
            LiteralPayload literal => $"Literal {Convert.ToHexString(literal.Bytes.Span)}",
            TakenPayload taken => $"Taken {taken.Start} {taken.Size} {taken.Stride} {taken.Count}",
            JoinedPayload joined => $"Joined {joined.Count} {joined.Parts.Length}",
            ExchangedPayload exchanged => $"Exchanged {exchanged.Outer} {exchanged.Rows} {exchanged.Columns} {exchanged.UnitBytes}",
            ReversedPayload reversed => $"Reversed {reversed.Type}",
            WidenedPayload widened => $"Widened {widened.Type}",
            NarrowedPayload narrowed => $"Narrowed {narrowed.Type}",
            ShiftedPayload shifted => $"Shifted {shifted.Addend}",
            ComputedPayload computed => $"Computed {computed.Function}",
            UnsignedPayload => "Unsigned",
            NibblesPayload nibbles => $"Nibbles {nibbles.BlockBytes} {nibbles.Apart}",
            _ => "",
        });
        Assert.AreEqual(hex, Convert.ToHexString(RecipeCodec.ToBytes(recipe)));
    }

    [TestMethod]
    public void Numbers_that_are_stored_are_stated_where_they_are_declared()
    {
        SyntaxNode[] roots = [
            .. Directory.EnumerateFiles(
                Path.Combine(RepositoryData.Repository, "src", "ModelPack.Codec"), "*.cs", SearchOption.AllDirectories)
                .Where(path => !path.Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin"))
                .Select(path => CSharpSyntaxTree.ParseText(
                    File.ReadAllText(path), new CSharpParseOptions(LanguageVersion.Preview)).GetRoot())];
        HashSet<string> stored = [
            .. roots.SelectMany(root => Taken().Matches(root.ToFullString())).Select(match => match.Groups[1].Value),
            nameof(TensorType), "GgufValueType", "TokenKind", "SentencePieceKind", "AprFlags"];
        EnumMemberDeclarationSyntax[] members = [
            .. roots.SelectMany(root => root.DescendantNodes().OfType<EnumDeclarationSyntax>())
                .Where(type => stored.Contains(type.Identifier.Text)).SelectMany(type => type.Members)];
        Assert.IsGreaterThan(stored.Count, members.Length);
        Assert.IsTrue(stored.IsSupersetOf(
            [nameof(ModelFormat), nameof(QuantizedMode), nameof(NamingMode), nameof(NumberFunction), "Kind", nameof(OriginSegmentKind)]));
        string[] silent = [
            .. members.Where(member => member.EqualsValue is null)
                .Select(member => $"{((EnumDeclarationSyntax)member.Parent!).Identifier.Text}.{member.Identifier.Text}")];
        Assert.IsEmpty(silent, string.Join('\n', silent));
    }

    [GeneratedRegex(@"TakeEnum<(\w+)>\(")]
    private static partial Regex Taken();

    private static OriginBody Modes(byte format, byte quantized, byte naming, byte dtype) =>
        new OriginBody().Byte(format).Byte(quantized).Byte(naming).Byte(dtype).Text("").Number(0).Number(0);

    private static byte[] Body(byte format, byte quantized, byte naming, byte dtype, string name) =>
        Modes(format, quantized, naming, dtype).File(name, 1).Literal(1, 2, 3).ToArray();

    private static OriginRecord Read(byte[] body)
    {
        byte[] bytes = OriginRecords.Build(body);
        OriginRecord record = OriginRecords.Read(bytes);
        Assert.AreEqual(Convert.ToHexString(bytes), Convert.ToHexString(OriginCodec.Write(record)));
        return record;
    }

    private static PayloadRecipe Recipe(string hex)
    {
        BodyReader body = new(Convert.FromHexString(hex));
        PayloadRecipe recipe = RecipeCodec.Read(body, new RecordBudget(1000));
        body.EnsureEnd();
        return recipe;
    }
}
