using System.Security.Cryptography;
using CsCheck;
using Otedama.Core;
using Xunit;

namespace Otedama.Tests.Chain;

public sealed class Sha256LanesTests
{
    private static readonly Gen<Hash256[]> s_hashes = Gen.Byte.Array[Hash256.Size].Select(static bytes => new Hash256(bytes)).Array[Sha256Lanes.Lanes];

    [Fact]
    public void Nodes_at_once_are_as_one_by_one() => Gen.Select(s_hashes, s_hashes).Sample(static (left, right) =>
    {
        Sha256Lanes.State nodes = Put(left), others = Put(right);
        Sha256Lanes.Pair(ref nodes, ref others);
        Assert.Equal(left.Zip(right, Sha256d.Pair), Taken(nodes));
    });

    [Fact]
    public void Hashes_at_once_are_as_one_by_one() => s_hashes.Sample(static hashes =>
    {
        Sha256Lanes.State state = Put(hashes);
        Sha256Lanes.HashAgain(ref state);
        Assert.Equal(hashes.Select(static hash => new Hash256(SHA256.HashData(hash.ToArray()))), Taken(state));
    });

    private static Sha256Lanes.State Put(Hash256[] hashes)
    {
        Sha256Lanes.State state = default;
        for (int lane = 0; lane < hashes.Length; lane++)
        {
            Sha256Lanes.Put(state, 0, lane, hashes[lane].ToArray());
        }
        return state;
    }

    private static Hash256[] Taken(Sha256Lanes.State state) =>
        [.. Enumerable.Range(0, Sha256Lanes.Lanes).Select(lane => Sha256Lanes.Take(state, lane))];
}
