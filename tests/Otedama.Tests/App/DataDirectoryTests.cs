using Xunit;

namespace Otedama.Tests.App;

public sealed class DataDirectoryTests
{
    [Fact]
    public void A_second_holder_is_refused()
    {
        using TempFolder folder = new();
        using DataDirectory first = DataDirectory.Open(folder.Path);
        first.Announce(new InstanceFile(1, 4242, null, 0));
        ConfigurationException refused = Assert.Throws<ConfigurationException>(() => DataDirectory.Open(folder.Path));
        Assert.Contains("process 4242", refused.Message);
        Assert.Contains("--data-dir", refused.Message);
    }

    [Fact]
    public void It_can_be_opened_again_after_it_was_closed()
    {
        using TempFolder folder = new();
        DataDirectory.Open(folder.Path).Dispose();
        DataDirectory.Open(folder.Path).Dispose();
        Assert.False(InstanceRecord.TryRead(folder.Path, out _));
    }

    [Fact]
    public void A_directory_of_a_newer_version_is_left_alone()
    {
        using TempFolder folder = new();
        string version = folder.File("version", "2\n");
        Assert.Contains("newer", Assert.Throws<ConfigurationException>(() => DataDirectory.Open(folder.Path)).Message);
        Assert.Equal("2\n", File.ReadAllText(version));
    }

    [Theory]
    [InlineData("chain/version", "99\n")]
    [InlineData("pool/shares/VERSION", "otedama-ledger 99\n")]
    public async Task A_part_of_a_newer_version_ends_the_start_with_3(string file, string text)
    {
        using TempFolder folder = new();
        string path = Path.Combine(folder.Path, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        CliResult result = await Cli.RunAsync(
            ["pool", "--data-dir", folder.Path, "--set", "api.enabled=false", "--set", "metrics.enabled=false"]);
        Assert.Equal(3, result.Code);
        Assert.Contains("99", result.Error);
        Assert.Equal(text, File.ReadAllText(path));
    }

    [Fact]
    public void A_foreign_directory_is_left_alone()
    {
        using TempFolder folder = new();
        folder.File("version", "Debian 12");
        Assert.Contains("Debian 12", Assert.Throws<ConfigurationException>(() => DataDirectory.Open(folder.Path)).Message);
    }

    [Fact]
    public void A_file_in_its_place_is_a_clear_error()
    {
        using TempFolder folder = new();
        string file = folder.File("data", "");
        Assert.Contains(file, Assert.Throws<ConfigurationException>(() => DataDirectory.Open(file)).Message);
    }

    [Fact]
    public void Only_its_owner_can_look_into_it_and_at_the_token()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Unix file modes");
            return;
        }
        using TempFolder folder = new();
        string root = Path.Combine(folder.Path, "data");
        using DataDirectory directory = DataDirectory.Open(root);
        ApiToken token = ApiToken.Load(directory.TokenFile);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(directory.TokenFile));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(root));
        Assert.Equal(token.Text, ApiToken.Load(directory.TokenFile).Text);
        Assert.False(token.Matches(token.Text[1..]));
        Assert.False(token.Matches(null));
    }

    [Fact]
    public void A_damaged_token_is_replaced()
    {
        using TempFolder folder = new();
        string path = folder.File("api.token", "short");
        Assert.Equal(48, ApiToken.Load(path).Text.Length);
    }

    [Fact]
    public void A_directory_others_can_use_is_made_private_with_all_that_is_in_it()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Unix file modes");
            return;
        }
        using TempFolder folder = new();
        string root = Path.Combine(folder.Path, "data"), shares = Path.Combine(root, "pool", "shares");
        DataDirectory.Open(root).Dispose();
        Directory.CreateDirectory(shares);
        string segment = Path.Combine(shares, "00000001.seg");
        File.WriteAllText(segment, "");
        foreach (string path in new[] { root, shares, segment })
        {
            File.SetUnixFileMode(path, (UnixFileMode)0x1ff); // 0777
        }
        using DataDirectory directory = DataDirectory.Open(root);
        Assert.Equal((UnixFileMode)0x1c0, File.GetUnixFileMode(root)); // 0700
        Assert.Equal((UnixFileMode)0x1c0, File.GetUnixFileMode(shares));
        Assert.Equal((UnixFileMode)0x1c0, File.GetUnixFileMode(segment));
        string later = Path.Combine(root, "later");
        File.WriteAllText(later, "");
        Assert.Equal((UnixFileMode)0x180, File.GetUnixFileMode(later)); // 0600
    }

    [Theory]
    [InlineData("api.token")]
    [InlineData("chain/wallet.key")]
    public async Task A_secret_others_can_read_ends_the_start_with_77_unless_allowed(string name)
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Unix file modes");
            return;
        }
        using TempFolder folder = new();
        string path = Path.Combine(folder.Path, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, new string('a', 48));
        File.SetUnixFileMode(path, (UnixFileMode)0x1b6); // 0666
        string[] arguments = ["pool", "--data-dir", folder.Path, "--set", "metrics.enabled=false", "--set", "api.enabled=false"];
        CliResult result = await Cli.RunAsync(arguments);
        Assert.Equal(77, result.Code);
        Assert.Contains(path, result.Error);
        Assert.Contains("security.allow_loose_permissions", result.Error);
        Assert.Equal((UnixFileMode)0x1b6, File.GetUnixFileMode(path));
        DataDirectory.Open(folder.Path, allowLoose: true).Dispose();
    }

    [Fact]
    public void A_directory_of_others_is_not_made_private_but_refused()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Unix file modes");
            return;
        }
        using TempFolder folder = new();
        folder.File("holiday.jpg", "");
        File.SetUnixFileMode(folder.Path, (UnixFileMode)0x1ff);
        Assert.Equal(77, Assert.Throws<CommandException>(() => DataDirectory.Open(folder.Path)).Code);
        Assert.Equal((UnixFileMode)0x1ff, File.GetUnixFileMode(folder.Path));
    }

    [Fact]
    public void A_holder_that_wrote_nothing_leaves_anothers_instance_file()
    {
        using TempFolder folder = new();
        using DataDirectory first = DataDirectory.Open(folder.Path);
        first.Announce(new InstanceFile(1, 4242, null, 7));
        File.Delete(Path.Combine(folder.Path, "lock")); // somebody cleaned up: the next process gets a lock of its own
        DataDirectory.Open(folder.Path).Dispose();
        Assert.True(InstanceRecord.TryRead(folder.Path, out InstanceFile? found));
        Assert.Equal(4242, found.Pid);
        using (DataDirectory second = DataDirectory.Open(Path.Combine(folder.Path, "other")))
        {
            second.Announce(new InstanceFile(1, 1, null, 7));
            InstanceRecord.Write(second.InstanceFile, new InstanceFile(1, 2, null, 7));
        }
        Assert.True(InstanceRecord.TryRead(Path.Combine(folder.Path, "other"), out _));
    }
}
