using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Otedama.Interop;
using Otedama.Node;
using Otedama.Pool;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.Peers;

public sealed class NodeIdentityTests
{
    [Fact]
    public void The_id_of_the_example_key_is_the_specifications()
    {
        using NodeIdentity identity = PeerSamples.Example();
        Assert.Equal(PeerSamples.Id, identity.Id.ToString());
        using X509Certificate2 certificate = X509CertificateLoader.LoadCertificate(identity.Certificate.Span);
        string key = Convert.ToHexStringLower(certificate.PublicKey.ExportSubjectPublicKeyInfo());
        Assert.Equal("3059301306072a8648ce3d020106082a8648ce3d03010703420004" + PeerSamples.Point, key);
        Assert.Equal(16, certificate.SerialNumberBytes.Length);
        Assert.Equal("CN=otedama", certificate.Subject);
        Assert.Equal("1.2.840.10045.4.3.2", certificate.SignatureAlgorithm.Value);
        Assert.InRange(identity.Certificate.Length, 200, 500);
    }

    [Fact]
    public void A_key_comes_back_from_its_pem_as_the_same_node()
    {
        using NodeIdentity first = PeerSamples.Make(7);
        byte[] pem = first.ExportPem();
        using NodeIdentity second = NodeIdentity.FromPem(pem, new byte[16], DateTimeOffset.UnixEpoch.AddYears(57));
        Assert.Equal(first.Id, second.Id);
        Assert.StartsWith("-----BEGIN PRIVATE KEY-----\n", Encoding.ASCII.GetString(pem), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551")] // the order
    [InlineData("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    [InlineData("01")]
    public void What_is_no_private_key_makes_no_node(string scalar) =>
        Assert.Null(NodeIdentity.TryCreate(Convert.FromHexString(scalar), new byte[16], DateTimeOffset.UnixEpoch));

    [Fact]
    public void Keys_of_another_kind_are_named()
    {
        using ECDsa other = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using RSA rsa = RSA.Create(2048);
        Assert.Contains("P-256", Refusal(other.ExportPkcs8PrivateKeyPem()), StringComparison.Ordinal);
        Assert.Contains("PEM", Refusal(rsa.ExportPkcs8PrivateKeyPem()), StringComparison.Ordinal);
        Assert.Contains("PEM", Refusal("no key at all"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_file_is_made_once_for_its_owner_and_read_afterwards()
    {
        using TempFolder folder = new();
        string path = Path.Combine(folder.Path, NodeKeyFile.Name);
        File.WriteAllText(path + ".new", "what a crash left, open to all");
        using NodeIdentity first = Open(path);
        using NodeIdentity second = Open(path);
        Assert.Equal(first.Id, second.Id);
        Assert.True(new DiskFiles().IsPrivate(path));
        Assert.Equal([path], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void A_key_that_others_may_read_is_refused_unless_allowed()
    {
        if (OperatingSystem.IsWindows())
        {
            return; // modes of files are Unix's
        }
        using TempFolder folder = new();
        string path = Path.Combine(folder.Path, NodeKeyFile.Name);
        NodeId id = Open(path).Id;
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        Assert.Contains("chmod 600", Assert.Throws<UnauthorizedAccessException>(() => Open(path)).Message, StringComparison.Ordinal);
        Assert.Equal(id, NodeKeyFile.LoadOrCreate(new DiskFiles(), path, new SystemRandomness(), TimeProvider.System, allowLoose: true).Id);
    }

    [Fact]
    public void A_damaged_file_is_refused_and_left_alone()
    {
        if (OperatingSystem.IsWindows())
        {
            return; // modes of files are Unix's
        }
        using TempFolder folder = new();
        string path = folder.File(NodeKeyFile.Name, "-----BEGIN PRIVATE KEY-----\nMIGH");
        new FileInfo(path).UnixFileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        FormatException refusal = Assert.Throws<FormatException>(() => Open(path));
        Assert.Contains(path, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("there is no unencrypted private key in PEM in it", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Parameter", refusal.Message, StringComparison.Ordinal);
        Assert.StartsWith("-----BEGIN", File.ReadAllText(path), StringComparison.Ordinal);
    }

    /// <summary>The system says of it that access is denied, or only that it is a directory.</summary>
    [Fact]
    public void A_folder_in_the_place_of_a_file_is_named()
    {
        using TempFolder folder = new();
        string path = Path.Combine(folder.Path, NodeKeyFile.Name);
        Directory.CreateDirectory(path);
        string words = $"{path} is a directory, and a file belongs there. Move it away and start again.";
        Assert.Equal(words, Assert.Throws<IOException>(() => Open(path)).Message);
        DiskFiles files = new();
        Assert.Equal(words, Assert.Throws<IOException>(() => files.Open(path)).Message);
        Assert.Equal(words, Assert.Throws<IOException>(() => files.Lock(path)).Message);
        Assert.Equal(words, Assert.Throws<IOException>(() => files.Create(path, 0)).Message);
        Assert.Equal(words, Assert.Throws<IOException>(() => DurableFile.Write(path, [])).Message);
        Assert.Equal(words, Assert.Throws<IOException>(() => BlockFile.Open(path, default, sync: false)).Message);
    }

    [Fact]
    public void The_same_randomness_makes_the_same_node()
    {
        using TempFolder folder = new();
        using NodeIdentity one = Open(Path.Combine(folder.Path, "a"), SeededRandom.For(5, "node"));
        using NodeIdentity two = Open(Path.Combine(folder.Path, "b"), SeededRandom.For(5, "node"));
        Assert.Equal(one.Id, two.Id);
    }

    [Fact]
    public void Ids_compare_as_byte_strings()
    {
        NodeId low = Parse("00" + new string('f', 62)), high = Parse("01" + new string('0', 62));
        Assert.True(low < high && high > low && low <= high && high >= low && low != high);
        Assert.True(low.FixedTimeEquals(Parse(low.ToString().ToUpperInvariant())));
        Assert.False(low.FixedTimeEquals(high));
        Assert.False(NodeId.TryParse(new string('0', 63), out _));
        Assert.False(NodeId.TryParse(new string('g', 64), out _));
        Assert.Throws<ArgumentException>(() => new NodeId(new byte[31]));
    }

    private static NodeId Parse(string hex) => NodeId.TryParse(hex, out NodeId id) ? id : throw new FormatException(hex);

    private static NodeIdentity Open(string path, IRandomness? random = null) =>
        NodeKeyFile.LoadOrCreate(new DiskFiles(), path, random ?? new SystemRandomness(), TimeProvider.System);

    private static string Refusal(string pem) => Assert.Throws<FormatException>(
        () => NodeIdentity.FromPem(Encoding.ASCII.GetBytes(pem), new byte[16], DateTimeOffset.UnixEpoch.AddYears(56))).Message;
}
