using Otedama.Core;
using Xunit;

namespace Otedama.Tests.Coins;

public class MerkleTests
{
    /// <summary>The root that a coinbase txid and its branch give.</summary>
    internal static Hash256 Fold(Hash256 coinbase, ReadOnlySpan<Hash256> branch)
    {
        Hash256 node = coinbase;
        foreach (Hash256 sibling in branch)
        {
            node = Sha256d.Pair(node, sibling);
        }
        return node;
    }

    [Fact]
    public void Folding_the_branch_gives_the_root_for_every_count()
    {
        for (int count = 1; count <= 70; count++)
        {
            Hash256[] leaves = Leaves(count);
            Hash256 root = Merkle.Root(leaves, out bool duplicated);
            Assert.Equal(root, Fold(leaves[0], Merkle.CoinbaseBranch(leaves.AsSpan(1))));
            Assert.False(duplicated);
        }
    }

    [Fact]
    public void Repeating_the_tail_keeps_the_root_but_is_reported()
    {
        Hash256[] three = Leaves(3);
        Hash256[] four = [.. three, three[2]];
        Assert.Equal(Merkle.Root(three), Merkle.Root(four, out bool duplicated));
        Assert.True(duplicated);
        Hash256[] six = Leaves(6);
        Hash256[] eight = [.. six, six[4], six[5]];
        Assert.Equal(Merkle.Root(six), Merkle.Root(eight, out duplicated));
        Assert.True(duplicated);
    }

    [Fact]
    public void Another_order_gives_another_root()
    {
        Hash256[] leaves = Leaves(5);
        Hash256 root = Merkle.Root(leaves);
        (leaves[1], leaves[2]) = (leaves[2], leaves[1]);
        Assert.NotEqual(root, Merkle.Root(leaves));
        Assert.Equal(Hash256.Zero, Merkle.Root([]));
    }

    private static Hash256[] Leaves(int count) => [.. Enumerable.Range(1, count).Select(i => Sha256d.Hash([(byte)i]))];
}
