using System.Runtime.InteropServices;
using ModelPack.Formats.Gguf;

namespace ModelPack.Interop.Tests.Native;

/// <summary>Reads everything out of an opened gguf_context and the ggml_context that holds its payloads.</summary>
internal sealed class GgufGetters(NativeExports exports, nint context, nint tensors)
{
    private readonly PointerByIndex key = exports.Get<PointerByIndex>("gguf_get_key");
    private readonly NumberByIndex valueType = exports.Get<NumberByIndex>("gguf_get_kv_type");
    private readonly NumberByIndex arrayType = exports.Get<NumberByIndex>("gguf_get_arr_type");
    private readonly SizeByIndex arrayCount = exports.Get<SizeByIndex>("gguf_get_arr_n");
    private readonly PointerByIndex arrayData = exports.Get<PointerByIndex>("gguf_get_arr_data");
    private readonly PointerByIndexPair arrayString = exports.Get<PointerByIndexPair>("gguf_get_arr_str");
    private readonly PointerByIndex valueData = exports.Get<PointerByIndex>("gguf_get_val_data");
    private readonly PointerByIndex valueString = exports.Get<PointerByIndex>("gguf_get_val_str");
    private readonly PointerByIndex tensorName = exports.Get<PointerByIndex>("gguf_get_tensor_name");
    private readonly NumberByIndex tensorType = exports.Get<NumberByIndex>("gguf_get_tensor_type");
    private readonly SizeByIndex tensorOffset = exports.Get<SizeByIndex>("gguf_get_tensor_offset");
    private readonly SizeByIndex tensorSize = exports.Get<SizeByIndex>("gguf_get_tensor_size");
    private readonly PointerByIndex tensorDimensions = exports.Get<PointerByIndex>("gguf_get_tensor_ne");
    private readonly TensorByName tensorByName = exports.Get<TensorByName>("ggml_get_tensor");
    private readonly PointerOf payload = exports.Get<PointerOf>("ggml_get_data");

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int NumberOf(nint context);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate long CountOf(nint context);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate nint PointerOf(nint tensor);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int NumberByIndex(nint context, long index);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate nuint SizeByIndex(nint context, long index);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate nint PointerByIndex(nint context, long index);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate nint PointerByIndexPair(nint context, long index, nuint item);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate nint TensorByName(nint tensors, nint name);

    public GgufContents ReadAll() => new(
        exports.Get<NumberOf>("gguf_get_version")(context),
        exports.Get<CountOf>("gguf_get_alignment")(context),
        exports.Get<CountOf>("gguf_get_data_offset")(context),
        Read(exports.Get<CountOf>("gguf_get_n_kv")(context), ReadPair),
        Read(exports.Get<CountOf>("gguf_get_n_tensors")(context), ReadTensor));

    private static T[] Read<T>(long count, Func<long, T> read)
    {
        T[] items = new T[count];
        for (long i = 0; i < count; i++)
        {
            items[i] = read(i);
        }

        return items;
    }

    private GgufPair ReadPair(long index)
    {
        string name = Marshal.PtrToStringUTF8(key(context, index))!;
        var type = (GgufValueType)valueType(context, index);
        if (type != GgufValueType.Array)
        {
            return new(name, (int)type, null, [
                type == GgufValueType.String
                    ? Text(valueString(context, index))
                    : Bytes(valueData(context, index), GgufValueTypes.FixedBytes(type))]);
        }

        var element = (GgufValueType)arrayType(context, index);
        int count = checked((int)arrayCount(context, index));
        return new(name, (int)type, (int)element, element == GgufValueType.String
            ? Read(count, item => Text(arrayString(context, index, (nuint)item)))
            : [Bytes(arrayData(context, index), count * GgufValueTypes.FixedBytes(element))]);
    }

    private GgufTensor ReadTensor(long index)
    {
        nint name = tensorName(context, index);
        long[] dimensions = new long[4];
        Marshal.Copy(tensorDimensions(context, index), dimensions, 0, dimensions.Length);
        int bytes = checked((int)tensorSize(context, index));
        nint tensor = tensorByName(tensors, name);
        return new(
            Text(name), tensorType(context, index), dimensions, checked((long)tensorOffset(context, index)), Bytes(payload(tensor), bytes));
    }

    private static byte[] Bytes(nint address, int count)
    {
        byte[] bytes = new byte[count];
        if (count > 0)
        {
            Marshal.Copy(address, bytes, 0, count);
        }

        return bytes;
    }

    private static byte[] Text(nint address)
    {
        int length = 0;
        while (Marshal.ReadByte(address, length) != 0)
        {
            length++;
        }

        return Bytes(address, length);
    }
}
