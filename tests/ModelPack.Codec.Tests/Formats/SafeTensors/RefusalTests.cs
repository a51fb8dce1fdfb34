using System.Buffers.Binary;
using System.Text;

namespace ModelPack.Codec.Tests.Formats.SafeTensors;

/// <summary>Each rule of the header with the byte at which it breaks. A caret marks the place and is taken out.</summary>
[TestClass]
public sealed class RefusalTests
{
    public static IEnumerable<object[]> BrokenHeaders { get; } =
    [
        ["MP1205", "{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},^}", 8],
        ["MP1205", "{\n  \"w\":\n ^?{}}", 0],
        ["MP1205", "{} ^x", 0],
        ["MP1205", "{}^\0", 0],
        ["MP1205", "{\"w^\u0001\":{}}", 0],
        ["MP1205", "{^\"\\ud800\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[0,1]}}", 1],
        ["MP1205", "{\"w\":{^\"\\udc00\":\"U8\"}}", 1],
        ["MP1205", "{\"w\":{\"dtype\":^\"\\ud800\"}}", 1],
        ["MP1205", "{\"__metadata__\":{\"k\":^\"\\ud800\"}}", 0],
        ["MP1205", "^\ufeff{}", 0],
        ["MP1206", "^[]", 0],
        ["MP1206", "^null", 0],
        ["MP1206", "{\"w\":^7}", 0],
        ["MP1206", "{\"w\":^null}", 0],
        ["MP1206", "{\"w\":{\"shape\":[1],\"data_offsets\":[0,1]^}}", 1],
        ["MP1206", "{\"w\":{\"dtype\":\"U8\",\"data_offsets\":[0,1]^}}", 1],
        ["MP1206", "{\"w\":{\"dtype\":\"U8\",\"shape\":[1]^}}", 1],
        ["MP1206", "{\"w\":{\"dtype\":\"U8\",^\"\\u0064type\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}", 1],
        ["MP1206", "{\"w\":{\"dtype\":\"U8\",\"shape\":[],^\"shape\":[],\"data_offsets\":[0,1]}}", 1],
        ["MP1206", "{\"w\":{\"data_offsets\":[0,1],\"dtype\":\"U8\",\"shape\":[],^\"data_offsets\":[0,1]}}", 1],
        ["MP1206", "{\"w\":{\"dtype\":^8,\"shape\":[1],\"data_offsets\":[0,1]}}", 1],
        ["MP1206", "{\"w\":{\"dtype\":\"U8\",\"shape\":^1,\"data_offsets\":[0,1]}}", 1],
        ["MP1206", "{\"w\":{\"dtype\":\"U8\",\"shape\":[^\"]\"],\"data_offsets\":[0,1]}}", 1],
        ["MP1206", "{\"w\":{\"dtype\":\"U8\",\"shape\":[1,^[1]],\"data_offsets\":[0,1]}}", 1],
        ["MP1206", "{\"w\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0^]}}", 1],
        ["MP1206", "{\"w\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1,^1]}}", 1],
        ["MP1206", "{\"__metadata__\":^\"x\"}", 0],
        ["MP1206", "{\"__metadata__\":{\"a\":^1}}", 0],
        ["MP1206", "{\"__metadata__\":{},^\"\\u005f_metadata__\":{}}", 0],
        ["MP1207", "{\"w\":{\"dtype\":^\"Q4_0\",\"shape\":[32],\"data_offsets\":[0,18]}}", 18],
        ["MP1207", "{\"w\":{\"dtype\":^\"APR_Q8\",\"shape\":[0],\"data_offsets\":[0,0]}}", 0],
        ["MP1208", "{\"w\":{\"dtype\":\"U8\",\"shape\":[^-1],\"data_offsets\":[0,1]}}", 1],
        ["MP1208", "{\"w\":{\"dtype\":\"U8\",\"shape\":[^-0],\"data_offsets\":[0,0]}}", 0],
        ["MP1208", "{\"w\":{\"dtype\":\"U8\",\"shape\":[1,^1.0],\"data_offsets\":[0,1]}}", 1],
        ["MP1208", "{\"w\":{\"dtype\":\"U8\",\"shape\":[^1e0],\"data_offsets\":[0,1]}}", 1],
        ["MP1208", "{\"w\":{\"dtype\":\"U8\",\"shape\":[^18446744073709551616],\"data_offsets\":[0,1]}}", 1],
        ["MP1208", "{\"w\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[^0e0,1]}}", 1],
        ["MP1209", "{\"w\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":^[1,2]}}", 2],
        ["MP1209",
            "{\"w\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},\"v\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":^[1,0]}}", 1],
        ["MP1210", "{\"w\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":^[0,2]}}", 2],
        ["MP1210", "{\"w\":{\"dtype\":\"U8\",\"shape\":[0,2],\"data_offsets\":^[0,2]}}", 2],
        ["MP1211", "{\"w\":{\"dtype\":\"F6_E2M3\",\"shape\":^[2],\"data_offsets\":[0,1]}}", 1],
        ["MP1212", "{\"w\":{\"dtype\":\"U8\",\"shape\":^[9223372036854775808,9223372036854775808,0],\"data_offsets\":[0,0]}}", 0],
        ["MP1212", "{\"w\":{\"dtype\":\"F64\",\"shape\":^[288230376151711744],\"data_offsets\":[0,0]}}", 0],
        ["MP1221",
            "{\"w\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[0,1]},^\"\\u0077\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[0,1]}}", 1],
        ["MP1222", "{\"__metadata__\":{\"a\":\"\",^\"\\u0061\":\"\"}}", 0],
        ["MP1223", "{\"w\":^[\"F32\",[2],[0,8]]}", 8],
        ["MP1224", "{\"__metadata__\":^null}", 0],
        ["MP1225", "{\"w\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[0,1],^\"strides\":[]}}", 1],
        ["MP1226", "{\"w\":{\"dtype\":\"U8\",\"shape\":^[0,9223372036854775808],\"data_offsets\":[0,0]}}", 0],
        ["MP1226", "{\"w\":{\"dtype\":\"U8\",\"shape\":^[9223372036854775808,0],\"data_offsets\":[0,0]}}", 0],
    ];

    public static IEnumerable<object[]> BrokenFrames { get; } =
    [
        ["MP1201", Array.Empty<byte>(), 0L],
        ["MP1201", new byte[7], 7L],
        ["MP1202", Frame(100_000_001, "{}"), 0L],
        ["MP1202", Frame(ulong.MaxValue, "{}"), 0L],
        ["MP1202", Frame(1UL << 63, "{}"), 0L],
        ["MP1203", Frame(3, "{}"), 0L],
        ["MP1203", Frame(100_000_000, "{}"), 0L],
        ["MP1204", SafeTensorsTestFile.Build([(byte)'{', (byte)'"', 0xC3, 0xA9, 0xFF, (byte)'"'], 0), 12L],
        ["MP1204", SafeTensorsTestFile.Build([(byte)'{', 0xED, 0xA0, 0x80, (byte)'}'], 0), 9L],
        ["MP1204", SafeTensorsTestFile.Build([(byte)'{', (byte)'}', 0xE2, 0x82], 0), 10L],
        ["MP1205", Frame(0, ""), 8L],
        ["MP1205", Frame(1, "{}"), 9L],
        ["MP1213", SafeTensorsTestFile.Build("{}", 1), 10L],
        ["MP1213", SafeTensorsTestFile.Build(OneTensor, 9), 8L + OneTensor.Length + 8],
        ["MP1213", SafeTensorsTestFile.Build(OneTensor, 7), 8L + OneTensor.Length + 7],
    ];

    private const string OneTensor = "{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}";

    [TestMethod]
    [DynamicData(nameof(BrokenHeaders))]
    public void A_broken_header_is_refused_at_its_byte(string code, string marked, int dataLength)
    {
        int place = 8 + Encoding.UTF8.GetByteCount(marked[..marked.IndexOf('^', StringComparison.Ordinal)]);
        ModelFormatException refusal = SafeTensorsTestFile.Refusal(Unmarked(marked, dataLength));
        Assert.AreEqual(code, refusal.Code.Id, refusal.Describe());
        Assert.AreEqual(place, refusal.ByteOffset, refusal.Describe());
        Assert.AreEqual("test.safetensors", refusal.FilePath);
    }

    [TestMethod]
    [DynamicData(nameof(BrokenFrames))]
    public void A_broken_frame_is_refused_at_its_byte(string code, byte[] file, long place)
    {
        ModelFormatException refusal = SafeTensorsTestFile.Refusal(file);
        Assert.AreEqual(code, refusal.Code.Id, refusal.Describe());
        Assert.AreEqual(place, refusal.ByteOffset, refusal.Describe());
    }

    [TestMethod]
    public void A_refusal_names_the_tensor()
    {
        ModelFormatException refusal = SafeTensorsTestFile.Refusal(
            SafeTensorsTestFile.Build(OneTensor.Replace("[2]", "[3]", StringComparison.Ordinal), 8));
        Assert.AreEqual("w", refusal.TensorName);
        Assert.Contains("12", refusal.Detail);
    }

    [TestMethod]
    public void A_huge_header_length_allocates_nothing()
    {
        byte[] file = Frame(100_000_000, "{}");
        SafeTensorsTestFile.Refusal(file);
        long before = GC.GetAllocatedBytesForCurrentThread();
        SafeTensorsTestFile.Refusal(file);
        Assert.IsLessThan(100_000, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    internal static byte[] Unmarked(string marked, int dataLength) =>
        SafeTensorsTestFile.Build(marked.Replace("^", "", StringComparison.Ordinal), dataLength);

    private static byte[] Frame(ulong length, string rest)
    {
        byte[] file = new byte[8 + rest.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(file, length);
        Encoding.ASCII.GetBytes(rest, file.AsSpan(8));
        return file;
    }
}
