package contract_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

func TestWorkingMemory_BelongsToTheResource(t *testing.T) {
	t.Parallel()
	c := client(t)
	memory, thread, user := threadOf(t, c)
	nothing, err := thread.WorkingMemory(within(t))
	require.NoError(t, err)
	assert.Nil(t, nothing.Text, "nothing was kept yet")
	assert.Equal(t, "resource", nothing.Source)
	assert.True(t, nothing.ThreadExists)
	require.NotNil(t, nothing.Template)
	assert.Contains(t, string(nothing.Template.Content), "# User Information")

	for _, text := range []string{"# Ann é\n- likes tea", " "} {
		require.NoError(t, thread.SetWorkingMemory(within(t), text))
		kept, err := thread.WorkingMemory(within(t))
		require.NoError(t, err)
		assert.Equal(t, ptr(text), kept.Text)
	}
	require.ErrorIs(t, thread.SetWorkingMemory(within(t), ""), mastra.ErrBadRequest, "an empty text is none to the server")
	require.NoError(t, thread.SetWorkingMemory(within(t), "shared"))
	other, err := memory.CreateThread(within(t), mastra.CreateThreadRequest{})
	require.NoError(t, err)
	kept, err := memory.Thread(other.ID).WorkingMemory(within(t))
	require.NoError(t, err)
	assert.Equal(t, ptr("shared"), kept.Text, "another thread of the same user")
	missing, err := memory.Thread(unique("thread")).WorkingMemory(within(t))
	require.NoError(t, err)
	assert.Equal(t, ptr("shared"), missing.Text, "and one that is not there")
	assert.False(t, missing.ThreadExists)
	_, err = c.Memory("assistant").ForResource(unique("stranger")).Thread(thread.ID()).WorkingMemory(within(t))
	require.ErrorIs(t, err, mastra.ErrForbidden, "but not of %s", user)
}

func TestWorkingMemory_NeedsTheAgentsSupportAndAResource(t *testing.T) {
	t.Parallel()
	c := client(t)
	_, thread, user := threadOf(t, c)
	bare := c.Memory("assistant").Thread(thread.ID())
	_, err := bare.WorkingMemory(within(t))
	require.ErrorIs(t, err, mastra.ErrServer)
	assert.Contains(t, failure(t, err).Message, "no resourceId was provided")
	require.ErrorIs(t, bare.SetWorkingMemory(within(t), "x"), mastra.ErrServer)
	without := c.Memory("router").ForResource(user).Thread(thread.ID())
	err = without.SetWorkingMemory(within(t), "x")
	require.ErrorIs(t, err, mastra.ErrServer)
	assert.Contains(t, failure(t, err).Message, "Working memory is not enabled")
	none, err := without.WorkingMemory(within(t))
	require.NoError(t, err)
	assert.Nil(t, none.Text)
	assert.Nil(t, none.Template)
}
