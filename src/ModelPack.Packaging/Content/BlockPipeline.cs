namespace ModelPack.Packaging.Content;

/// <summary>
/// Reads bytes once and hands each block to several users at the same time, while the next one is read: hashes on other cores than the
/// writing. Memory is two blocks, whatever the length.
/// </summary>
internal sealed class BlockPipeline(CancellationToken cancellation)
{
    private const int BlockBytes = 1 << 20;

    private readonly byte[][] blocks = [new byte[BlockBytes], new byte[BlockBytes]];

    /// <summary>Passes on what a stream holds.</summary>
    /// <param name="source">The bytes.</param>
    /// <param name="length">How many of them.</param>
    /// <param name="users">Each sees all blocks, in order.</param>
    /// <returns>How many bytes there were, at most <paramref name="length"/>.</returns>
    public long Run(Stream source, long length, params Action<ReadOnlyMemory<byte>>[] users)
    {
        long done = 0;
        Task work = Task.CompletedTask;
        try
        {
            for (int turn = 0; done < length; turn ^= 1)
            {
                cancellation.ThrowIfCancellationRequested();
                int wanted = (int)Math.Min(BlockBytes, length - done);
                int read = source.ReadAtLeast(blocks[turn].AsSpan(0, wanted), wanted, throwOnEndOfStream: false);
                work.GetAwaiter().GetResult();
                ReadOnlyMemory<byte> block = blocks[turn].AsMemory(0, read);
                work = Task.WhenAll(users.Select(use => Task.Run(() => use(block), CancellationToken.None)));
                done += read;
                if (read < wanted)
                {
                    break;
                }
            }
        }
        finally
        {
            // The users hold a block: nobody may fill it, or close what they write to, before they are done.
            ((IAsyncResult)work).AsyncWaitHandle.WaitOne();
        }

        work.GetAwaiter().GetResult();
        return done;
    }
}
