using System.Diagnostics;
using System.Net.Sockets;

namespace ModelPack.Codec.Tests.IO;

/// <summary>Names in a folder of the test that are no files.</summary>
internal static class SpecialFiles
{
    public static void MakePipe(string path)
    {
        using Process make = Process.Start("mkfifo", [path]);
        make.WaitForExit();
        Assert.AreEqual(0, make.ExitCode);
    }

    /// <summary>The name is there until the socket is disposed.</summary>
    public static Socket MakeSocket(string path)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        return socket;
    }
}
