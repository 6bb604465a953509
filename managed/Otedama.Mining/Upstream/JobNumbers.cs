namespace Otedama.Mining;

/// <summary>
/// Numbers jobs over all connections of a client: ids never repeat, the generation rises with each clean job.
/// </summary>
internal sealed class JobNumbers
{
    private uint _id;
    private uint _generation;

    public uint Generation => Volatile.Read(ref _generation);

    public uint NextId() => Interlocked.Increment(ref _id);

    public uint NextGeneration() => Interlocked.Increment(ref _generation);
}
